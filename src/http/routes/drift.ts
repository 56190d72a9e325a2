/** /api/drift: what the proofs of the workspace found, and proving now. */
import { z } from 'zod';
import {
  type DriftCheckSummary,
  latestDriftChecks,
  listDriftChecks,
} from '../../store/drift-checks.ts';
import { sumDrift } from '../../sync/drift-sum.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, requireAdmin } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { limit } from '../parameters.ts';
import { type DriftAnswer, driftSchema } from '../schemas/drift.ts';

/** Contract §3: as long as a sync is waited for. */
const WAIT_MS = 25_000;
const HISTORY = 50;

/** Adds the routes; `closing` is aborted when the server ends, and no wait outlives it. */
export function driftRoutes(
  api: Api,
  deps: Pick<HttpDeps, 'tenants' | 'actions'>,
  closing: AbortSignal,
): void {
  api.get(
    '/api/drift',
    {
      schema: {
        summary: 'Differences between rows and Calendly',
        description: 'The newest proof of each connection that is not disconnected, added up.',
        tags: ['drift'],
        security: BEARER,
        querystring: z.strictObject({
          limit: limit.describe('Proofs in the history, 1 to 200.'),
        }),
        response: { 200: driftSchema },
      },
    },
    (request) => readDrift(deps, callerOf(request).workspaceId, request.query.limit),
  );

  api.post(
    '/api/drift/verify',
    {
      schema: {
        summary: "Prove the caller's connections now; as an admin all of the workspace",
        description:
          'Waits up to 25 seconds, then answers 202. A call while a proof goes on joins it.',
        tags: ['drift'],
        security: BEARER,
        querystring: z.strictObject({
          repair: z
            .enum(['true', 'false'])
            .optional()
            .describe('`true`: mend what is found, and prove again (admins).'),
        }),
        body: z.strictObject({}).nullish(),
        response: { 200: driftSchema, 202: z.object({ message: z.string() }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const repair = request.query.repair === 'true';
      if (repair) requireAdmin(caller);
      const { workspaceId } = caller;
      const userId = caller.role === 'admin' ? null : caller.userId;
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const signal = AbortSignal.any([closing, gone.signal]);
      const wait = { ms: WAIT_MS, signal };
      if (!(await deps.actions.proveDrift({ workspaceId, userId, repair }, wait))) {
        return reply.code(202).send({ message: 'The proof goes on in the background.' });
      }
      return reply.code(200).send(await readDrift(deps, workspaceId, HISTORY));
    },
  );
}

async function readDrift(
  { tenants }: Pick<HttpDeps, 'tenants'>,
  workspaceId: string,
  most: number,
): Promise<DriftAnswer> {
  const db = tenants.of(workspaceId);
  const latest = await latestDriftChecks(db, workspaceId);
  const history = await listDriftChecks(db, workspaceId, most);
  const proven = latest.filter((check) => check !== null);
  const sum = sumDrift(proven.map((check) => ({ ...check, checked: checkedOf(check) })));
  const { checked, missing, extra, different, requests } = sum;
  return {
    complete: sum.complete && proven.length > 0 && proven.length === latest.length,
    checked,
    missing,
    extra,
    different,
    requests,
    checked_at: proven.map((check) => check.checked_at).toSorted()[0] ?? null,
    history: history.map(toHistory),
  };
}

function toHistory(check: DriftCheckSummary): DriftAnswer['history'][number] {
  const { error_code: code, error_message: message, error_action: action, ...rest } = check;
  const error = code === null ? null : { code, message, action };
  return { ...rest, checked: checkedOf(check), error };
}

function checkedOf(check: Pick<DriftCheckSummary, 'meetings_checked' | 'invitees_checked'>): {
  meetings: number;
  invitees: number;
} {
  return { meetings: check.meetings_checked, invitees: check.invitees_checked };
}

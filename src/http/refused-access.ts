/** What a signed-in user was refused, in the audit trail: once a minute for each user and route. */
import type { FastifyInstance } from 'fastify';
import { AppError, describeError } from '../domain/errors.ts';
import { appendAudit } from '../store/audit.ts';
import { doerOf, signedInOf } from './auth.ts';
import type { HttpDeps } from './deps.ts';
import { idsOf } from './ids.ts';

const AGAIN_AFTER_MS = 60_000;
/** Users and routes that are remembered; beyond that all are forgotten and noted again. */
const MOST_KNOWN = 10_000;

/** For a scope behind `requireCaller`: notes every 403 that a signed-in user gets there. */
export function noteRefusedAccess(
  scope: FastifyInstance,
  deps: Pick<HttpDeps, 'tenants' | 'clock' | 'random' | 'log'>,
): void {
  const noted = new Map<string, number>();
  scope.addHook('onError', async (request, _reply, error: Error) => {
    if (!(error instanceof AppError) || error.kind !== 'denied') return;
    const caller = signedInOf(request);
    if (caller === undefined) return;
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    const name = `${caller.userId} ${route}`;
    const now = deps.clock.now();
    if (now - (noted.get(name) ?? -AGAIN_AFTER_MS) < AGAIN_AFTER_MS) return;
    if (noted.size >= MOST_KNOWN) noted.clear();
    noted.set(name, now);
    const { workspaceId } = caller;
    const detail = { route, code: error.code };
    const entry = { workspaceId, ...doerOf(request), action: 'access.refused', detail };
    try {
      await appendAudit(deps.tenants.of(workspaceId), entry, idsOf(deps));
    } catch (failure) {
      deps.log.warn('A refused access could not be noted', { error: describeError(failure) });
    }
  });
}

/** Rows 116–122 over a whole run: refusals of requests beside the listing. */
import { expect } from 'vitest';
import type { SyncWorld } from '../harness/sync-world.ts';
import { json } from './replies.ts';
import type { RunCase } from './run-case.ts';
import { INVITEES, runSpoiled } from './run-stage.ts';

export const requestCases: RunCase[] = [
  {
    row: 116,
    about: 'a server that is not there',
    play: async (world) => {
      world.pointAt('http://127.0.0.1:9');
      await expectRefused(world, { state: 'failed', code: 'calendly.unreachable' }, []);
      world.pointAt(null);
    },
  },
  {
    row: 116,
    about: 'a name that nobody knows',
    play: async (world) => {
      world.pointAt('http://calendly.invalid');
      await expectRefused(world, { state: 'failed', code: 'calendly.unreachable' }, []);
      world.pointAt(null);
    },
  },
  refusal(119, 'a 404 for the user', {
    path: /^\/users\/me$/,
    status: 404,
    ends: { state: 'failed', code: 'calendly.not_found' },
  }),
  refusal(117, 'a 401 for the user', {
    path: /^\/users\/me$/,
    status: 401,
    ends: { state: 'failed', code: 'calendly.unauthenticated', connection: 'needs_reauth' },
  }),
  refusal(119, 'a 404 for the invitees of one meeting', {
    path: INVITEES,
    status: 404,
    times: 1,
    ends: { state: 'partial', code: 'calendly.not_found' },
  }),
  refusal(118, 'a 403 for the invitees of one meeting', {
    path: INVITEES,
    status: 403,
    times: 1,
    ends: { state: 'partial', code: 'calendly.forbidden_role' },
  }),
  refusal(117, 'a 401 in the middle of the invitees', {
    path: INVITEES,
    status: 401,
    after: 3,
    ends: { state: 'partial', code: 'calendly.unauthenticated', connection: 'needs_reauth' },
  }),
  refusal(122, 'a 500 for all invitees', {
    path: INVITEES,
    status: 500,
    ends: { state: 'partial', code: 'calendly.server_error' },
  }),
  refusal(118, 'a 403 for the event types', {
    path: /^\/event_types$/,
    status: 403,
    ends: { state: 'done', code: null },
  }),
  refusal(118, 'a 403 for the members of the organization', {
    path: /^\/organization_memberships$/,
    status: 403,
    ends: { state: 'done', code: null },
  }),
];

interface Ends {
  state: string;
  code: string | null;
  connection?: string;
}

/** A refusal of one kind of request in a run that reads everything: rows stay, the rest goes on. */
function refusal(
  row: number,
  about: string,
  given: { path: RegExp; status: number; after?: number; times?: number; ends: Ends },
): RunCase {
  const { path, status, after = 0, times = Infinity, ends } = given;
  const body = { title: 'Refused', message: 'You do not have permission' };
  return {
    row,
    about,
    play: async (world) => {
      await expectRefused(world, ends, [{ path, after, times, with: () => json(status, body) }]);
      await world.db.query('update queued_reads set next_try_at = queued_at');
    },
  };
}

async function expectRefused(
  world: SyncWorld,
  ends: Ends,
  rules: Parameters<typeof runSpoiled>[1],
): Promise<void> {
  const { run, before, after, connection } = await runSpoiled(world, rules, { full: true });
  expect(after).toEqual(before);
  expect(run).toMatchObject({ state: ends.state, error_code: ends.code, vanished: 0 });
  expect(connection).toBe(ends.connection ?? 'active');
}

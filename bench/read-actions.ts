/** What a server can do that `bench read` never asks for. */
import type { SyncActions } from '../src/http/deps.ts';

function unasked(): never {
  throw new Error('The bench only reads');
}

export const idleActions: SyncActions = {
  requestSync: unasked,
  waitForRuns: unasked,
  triggerAll: unasked,
  proveDrift: unasked,
  schedulerStatus: unasked,
  testConnection: unasked,
};

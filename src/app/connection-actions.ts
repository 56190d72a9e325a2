/** Linking and unlinking as the HTTP routes may do it. */
import type {
  ConnectionActions,
  OAuthActions,
  WorkspaceActions,
} from '../http/connection-actions.ts';
import { change, connect } from './connecting.ts';
import type { Core } from './core.ts';
import { finishOAuth, startOAuth } from './oauth.ts';
import { disconnect } from './disconnecting.ts';
import { beginRemovals, removeWorkspace } from './removing-workspace.ts';

export function createConnectionActions(core: Core): ConnectionActions {
  return {
    connect: ({ token, ...request }) =>
      connect(core, { ...request, key: { kind: 'token', token } }),
    change: (request) => change(core, request),
    disconnect: (request) => disconnect(core, request, { signal: core.signal }),
  };
}

export function createWorkspaceActions(core: Core): WorkspaceActions {
  return {
    async remove(workspaceId) {
      await removeWorkspace(core, workspaceId);
      beginRemovals(core);
    },
  };
}

export function createOAuthActions(core: Core): OAuthActions {
  return {
    start: (request) => startOAuth(core, request),
    finish: (request) => finishOAuth(core, request),
  };
}

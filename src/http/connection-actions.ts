/** What the routes of connections may set in motion; handed in by `app.ts`. */
import type { Id } from '../domain/id.ts';
import type { Doer } from '../store/audit.ts';

export interface ConnectionActions {
  /**
   * Links the Calendly account that the token opens and queues its first run; the same account of the same user
   * is one connection (`created` false). `AppError` of kind invalid, naming `token`, where Calendly refuses it;
   * of kind upstream where Calendly cannot be asked now. Nothing is stored then.
   */
  connect(request: {
    workspaceId: Id;
    userId: Id;
    token: string;
    scope: 'user' | 'organization';
    by: Doer;
  }): Promise<{ id: Id; created: boolean }>;
  /** Pauses, resumes, re-scopes. `AppError` of kind conflict for an unlinked one, invalid for a refused scope. */
  change(request: {
    workspaceId: Id;
    id: Id;
    paused?: boolean | undefined;
    scope?: 'user' | 'organization' | undefined;
    by: Doer;
  }): Promise<void>;
  /** Unlinks; with `purge` what no other connection has seen is removed too. May be called again. */
  disconnect(request: { workspaceId: Id; id: Id; purge: boolean; by: Doer }): Promise<{
    subscriptions: { removed: number; left: number };
    purged: { meetings: number; invitees: number; clients: number } | null;
  }>;
}

export interface WorkspaceActions {
  /** Closes the workspace at once; its rows and what it has at Calendly go in the background. */
  remove(workspaceId: Id): Promise<void>;
}

export interface OAuthActions {
  /** Where a user has to go to connect by OAuth. `AppError` of kind conflict where no app is set up. */
  start(request: {
    workspaceId: Id;
    userId: Id;
    /** The session that has to end what it begins; null for a script. */
    sessionId: Id | null;
    scope: 'user' | 'organization';
  }): Promise<string>;
  /** What Calendly sent the user back with. `AppError` of kind invalid for a state that is not good. */
  finish(request: {
    workspaceId: Id;
    userId: Id;
    sessionId: Id | null;
    state: string;
    answer: { code: string } | { error: string };
    by: Doer;
  }): Promise<{ id: Id; created: boolean }>;
}

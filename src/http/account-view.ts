/** Who is signed in, as `/api/auth/me` and every sign-in show it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { findSession, type Session } from '../accounts/sessions.ts';
import type { Caller } from '../accounts/caller.ts';
import { findUser } from '../store/users.ts';
import { findWorkspaceName } from '../store/workspaces.ts';
import type { HttpDeps } from './deps.ts';
import { isFromThisMachine } from './host.ts';
import { UNAUTHENTICATED } from './problem.ts';
import type { accountSchema } from './schemas/account.ts';
import { isOverHttps, setSessionCookie } from './session-cookie.ts';

type AccountView = z.input<typeof accountSchema>;

export async function viewAccount(
  deps: Pick<HttpDeps, 'tenants'>,
  request: FastifyRequest,
  who: { caller: Caller; session: Session | null },
): Promise<AccountView> {
  const { workspaceId, userId } = who.caller;
  const rows = deps.tenants.of(workspaceId);
  const user = await findUser(rows, { workspaceId, id: userId });
  const workspace = await findWorkspaceName(rows, workspaceId);
  // removed since the request was let in
  if (user === undefined || workspace === undefined) throw UNAUTHENTICATED;
  return {
    user: { id: user.id, email: user.email, name: user.name, role: user.role },
    role: user.role,
    workspace: { id: workspaceId, name: workspace },
    csrf_token: who.session?.csrfToken ?? null,
    insecure: !isOverHttps(request) && !isFromThisMachine(request),
  };
}

/** Hands the session of `key` to the browser and shows whose it is. */
export async function beginSession(
  deps: Pick<HttpDeps, 'tenants' | 'clock'>,
  exchange: { request: FastifyRequest; reply: FastifyReply },
  key: string,
): Promise<AccountView> {
  const { request, reply } = exchange;
  const session = await findSession(deps.tenants.system, key, deps.clock.now());
  if (session === undefined) throw UNAUTHENTICATED;
  setSessionCookie(request, reply, key);
  return viewAccount(deps, request, { caller: session.caller, session });
}

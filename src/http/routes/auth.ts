/** /api/auth: signing in and out, registering, passwords. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { register } from '../../accounts/registration.ts';
import { changePassword, resetPassword, signIn } from '../../accounts/sign-in.ts';
import { emailKey } from '../../domain/email.ts';
import { AppError } from '../../domain/errors.ts';
import { beginSession } from '../account-view.ts';
import type { Api } from '../api.ts';
import { limitAttempts } from '../attempts.ts';
import { admit, callerOf, sessionOf, starting } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { idsOf } from '../ids.ts';
import { requireOwnOrigin } from '../origin.ts';
import { noQuery } from '../parameters.ts';
import { HttpError, UNAUTHENTICATED } from '../problem.ts';
import { accountSchema, emailText, keyText, nameText, passwordText } from '../schemas/account.ts';

/** In a minute: mistakes at one account from one address, all tries at it, all tries of the address. */
const TRIES = { mistakes: 10, perAccount: 60, perAddress: 300 };

export type AuthDeps = Pick<
  HttpDeps,
  'tenants' | 'clock' | 'random' | 'secrets' | 'settings' | 'hostCaller' | 'phase'
>;

/** Adds the routes that need no sign-in, in a scope of their own. */
export function authRoutes(api: Api, deps: AuthDeps): void {
  const ids = idsOf(deps);
  const accounts = { db: deps.tenants.system, ids };
  const both = (request: FastifyRequest): string => `${request.ip} ${accountIn(request)}`;
  const mistakes = limitAttempts(api, TRIES.mistakes, both);
  const perAccount = limitAttempts(api, TRIES.perAccount, both);
  const perAddress = limitAttempts(api, TRIES.perAddress, (request) => request.ip);
  const beforeTrying = async (request: FastifyRequest): Promise<void> => {
    await mistakes.look(request);
    await perAccount.count(request);
  };
  api.addHook('onRequest', async (request) => {
    if (deps.phase() === 'starting') throw starting();
    requireOwnOrigin(request, deps.settings.publicUrl);
    await perAddress.count(request);
  });

  api.post(
    '/api/auth/login',
    {
      schema: {
        summary: 'Sign in: sets the session cookie',
        description: 'An unknown address and a wrong password are one and the same 401.',
        tags: ['accounts'],
        querystring: noQuery,
        body: z.strictObject({ email: emailText, password: passwordText }),
        response: { 200: accountSchema },
      },
    },
    async (request, reply) => {
      await beforeTrying(request);
      const session = await signIn(accounts, request.body, request.ip);
      if (session === undefined) {
        await mistakes.count(request);
        throw REFUSED;
      }
      return beginSession(deps, { request, reply }, session.key);
    },
  );

  api.post(
    '/api/auth/register',
    {
      schema: {
        summary: 'Register and sign in',
        description:
          'With the key of the set-up link or of an invitation; without one only where OPEN_SIGNUP is on, always into a new workspace.',
        tags: ['accounts'],
        querystring: noQuery,
        body: z.strictObject({
          email: emailText,
          password: passwordText,
          name: nameText.nullish(),
          key: keyText.nullish(),
        }),
        response: { 201: accountSchema },
      },
    },
    async (request, reply) => {
      const { email, password, name, key } = request.body;
      const { key: session } = await register(
        accounts,
        { email, password, name: name ?? null, key: key ?? undefined },
        { openSignup: deps.settings.openSignup ?? false, address: request.ip },
      );
      reply.code(201);
      return beginSession(deps, { request, reply }, session);
    },
  );

  api.post(
    '/api/auth/password',
    {
      schema: {
        summary: 'Change the password, or set it with a reset link',
        description:
          'With `current`: of who is signed in; all other sessions end. With `key`: of whom the link is for; all sessions end.',
        tags: ['accounts'],
        querystring: noQuery,
        body: z.union([
          z.strictObject({ current: passwordText, password: passwordText }),
          z.strictObject({ key: keyText, password: passwordText }),
        ]),
        response: { 200: z.object({ success: z.literal(true) }) },
      },
    },
    async (request) => {
      const { body, ip: address } = request;
      if ('key' in body) {
        await resetPassword(accounts, body, address);
        return { success: true as const };
      }
      if (!(await admit(deps, request))) throw UNAUTHENTICATED;
      await beforeTrying(request);
      const { workspaceId, userId } = callerOf(request);
      const keep = sessionOf(request)?.id ?? null;
      const user = { workspaceId, id: userId };
      try {
        await changePassword(accounts, { ...body, user, keep, actorId: userId, address });
      } catch (error) {
        if (error instanceof AppError && error.kind === 'denied') await mistakes.count(request);
        throw error;
      }
      return { success: true as const };
    },
  );
}

/** The account that is tried: one text for all spellings of an address, the user's id behind a sign-in. */
function accountIn(request: FastifyRequest): string {
  const { body } = request;
  const isNamed = body !== null && typeof body === 'object' && 'email' in body;
  return isNamed ? (emailKey(String(body.email)) ?? '') : callerOf(request).userId;
}

const REFUSED = new HttpError({
  status: 401,
  code: 'sign_in.refused',
  message: 'The e-mail address or the password is wrong.',
  action: 'Without a password, ask an admin for a link to set one.',
  // RFC 9110 §15.5.2 wants one with every 401
  headers: { 'www-authenticate': 'Bearer' },
});

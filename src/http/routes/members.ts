/** /api/members: who belongs to the workspace, their roles, and the end of it. */
import { z } from 'zod';
import {
  actorOf,
  addMember,
  changeMember,
  makeResetLink,
  removeMember,
} from '../../accounts/members.ts';
import { hashPassword } from '../../accounts/passwords.ts';
import type { MadeLink } from '../../accounts/links.ts';
import { isId } from '../../domain/id.ts';
import type { Sql } from '../../store/db.ts';
import { findMember, listMembers, type MemberRow } from '../../store/members.ts';
import { linkAt } from '../account-link.ts';
import { BEARER, type Api } from '../api.ts';
import { callerOf, doerOf, requireAdmin, rowsOf } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { pageById } from '../id-pages.ts';
import { idsOf } from '../ids.ts';
import { cursor, idParams, limit, noQuery } from '../parameters.ts';
import { NOT_FOUND } from '../problem.ts';
import { emailText, link, memberSchema, nameText, passwordText, role } from '../schemas/account.ts';
import { pageSchema, time } from '../schemas/shared.ts';

type MemberDeps = Pick<
  HttpDeps,
  'tenants' | 'clock' | 'random' | 'secrets' | 'settings' | 'connections'
>;

/** Adds the routes. */
export function memberRoutes(api: Api, deps: MemberDeps): void {
  const ids = idsOf(deps);

  api.get(
    '/api/members',
    {
      schema: {
        summary: 'List the members of the workspace, in the order in which they came',
        tags: ['accounts'],
        security: BEARER,
        querystring: z.strictObject({ limit, cursor }),
        response: { 200: pageSchema(memberSchema) },
      },
    },
    async (request) => {
      const { workspaceId } = callerOf(request);
      const scope = { key: deps.secrets.cursor, workspaceId, list: 'members', filter: {} };
      return pageById(scope, request.query, (page) =>
        listMembers(rowsOf(deps, request), workspaceId, page),
      );
    },
  );

  api.post(
    '/api/members',
    {
      schema: {
        summary: 'Add a member at once (admins)',
        description:
          'Without a password the answer has a link, shown once and good for 24 hours, to set one. To let the person register instead, make an invitation.',
        tags: ['accounts'],
        security: BEARER,
        querystring: noQuery,
        body: z.strictObject({
          email: emailText,
          role: role.default('member'),
          name: nameText.nullish(),
          password: passwordText.nullish(),
        }),
        response: { 201: memberSchema.extend({ link: link.nullable() }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { email, name = null, role: wanted, password } = request.body;
      const passwordHash =
        typeof password === 'string'
          ? { passwordHash: await hashPassword(password, (length) => ids.bytes(length)) }
          : {};
      const by = { ...actorOf(caller, request.ip), ids };
      const added = await rowsOf(deps, request).tx(async (tx) => {
        const made = await addMember(tx, { email, name, role: wanted, ...passwordHash }, by);
        return { ...(await readMember(tx, caller.workspaceId, made.id)), link: made.link };
      });
      return reply.code(201).send({
        ...added,
        link: added.link && linkAt(deps, request, { page: 'password', ...added.link }),
      });
    },
  );

  api.patch(
    '/api/members/:id',
    {
      schema: {
        summary: 'Change role or name of a member (admins)',
        description: 'The last admin stays one: 409.',
        tags: ['accounts'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: z.strictObject({ role: role.optional(), name: nameText.nullable().optional() }),
        response: { 200: memberSchema },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      return rowsOf(deps, request).tx(async (tx) => {
        const change = { id, ...request.body };
        await changeMember(tx, change, { ...actorOf(caller, request.ip), ids });
        return readMember(tx, caller.workspaceId, id);
      });
    },
  );

  api.post(
    '/api/members/:id/reset',
    {
      schema: {
        summary: 'Make a link by which a member sets a new password (admins)',
        description: 'Shown once, good for 24 hours and one use; an earlier one is void.',
        tags: ['accounts'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        body: z.strictObject({}).nullish(),
        response: { 201: z.object({ link, expires_at: time }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      requireAdmin(caller);
      const { id } = request.params;
      if (!isId(id)) throw NOT_FOUND;
      const by = { ...actorOf(caller, request.ip), ids };
      const made: MadeLink = await rowsOf(deps, request).tx((tx) => makeResetLink(tx, id, by));
      const text = linkAt(deps, request, { page: 'password', ...made });
      return reply.code(201).send({ link: text, expires_at: made.expiresAt });
    },
  );

  api.delete(
    '/api/members/:id',
    {
      schema: {
        summary: 'Remove a member (admins), or leave the workspace oneself',
        description:
          'Sessions and tokens end, connections are disconnected, meetings stay. The last admin stays: 409.',
        tags: ['accounts'],
        security: BEARER,
        params: idParams,
        querystring: noQuery,
        response: { 200: z.object({ success: z.literal(true), disconnected: z.number() }) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = request.params;
      if (id !== caller.userId) requireAdmin(caller);
      if (!isId(id)) throw NOT_FOUND;
      const by = { ...actorOf(caller, request.ip), ids };
      const { connectionIds } = await rowsOf(deps, request).tx((tx) => removeMember(tx, id, by));
      // out already; what is left at Calendly goes as far as Calendly lets it, and is logged where not
      const { workspaceId } = caller;
      await Promise.allSettled(
        connectionIds.map(async (connectionId) =>
          deps.connections?.disconnect({
            workspaceId,
            id: connectionId,
            purge: false,
            by: doerOf(request),
          }),
        ),
      );
      return { success: true as const, disconnected: connectionIds.length };
    },
  );
}

async function readMember(sql: Sql, workspaceId: string, id: string): Promise<MemberRow> {
  const member = await findMember(sql, { workspaceId, id });
  if (member === undefined) throw NOT_FOUND;
  return member;
}

/** POST /api/people/export and /api/people/erase: one person's data, for admins. */
import { z } from 'zod';
import { BEARER, type Api } from '../api.ts';
import { callerOf, doerOf, requireAdmin, starting } from '../auth.ts';
import type { HttpDeps } from '../deps.ts';
import { noQuery } from '../parameters.ts';
import type { PeopleActions } from '../people-actions.ts';
import { emailText } from '../schemas/account.ts';

const count = z.number().int();
const erasedSchema = z.object({
  invitees: count,
  guests: count,
  clients: count,
  documents: count,
  deliveries: count,
});

/** Adds the routes. */
export function peopleRoutes(api: Api, deps: Pick<HttpDeps, 'people'>): void {
  const schema = { tags: ['people'], security: BEARER, querystring: noQuery };

  api.post(
    '/api/people/export',
    {
      schema: {
        ...schema,
        summary: 'Everything that is kept of one person (admins)',
        description:
          'Rows of every table, what Calendly sent included; documents with their bytes in base64.',
        body: z.strictObject({ email: emailText }),
        response: {
          200: z.object({
            email: z.string(),
            exported_at: z.string(),
            workspace_id: z.string(),
            emails: z.array(z.string()),
            tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
          }),
        },
      },
    },
    async (request, reply) => {
      requireAdmin(callerOf(request));
      const { workspaceId } = callerOf(request);
      const { email } = request.body;
      const told = await actionsOf(deps).exportPerson({ workspaceId, email, by: doerOf(request) });
      reply.header('content-disposition', 'attachment; filename="person.json"');
      return told;
    },
  );

  api.post(
    '/api/people/erase',
    {
      schema: {
        ...schema,
        summary: 'Forget one person for ever (admins)',
        description:
          'Cannot be undone. All addresses of the same client go. Times of bookings stay, without a person. What Calendly still says of bookings made until now brings nothing back; a later booking is new.',
        body: z.strictObject({ email: emailText }),
        response: { 200: z.object({ success: z.literal(true), erased: erasedSchema }) },
      },
    },
    async (request) => {
      requireAdmin(callerOf(request));
      const { workspaceId } = callerOf(request);
      const { email } = request.body;
      const erased = await actionsOf(deps).erasePerson({ workspaceId, email, by: doerOf(request) });
      return { success: true as const, erased };
    },
  );
}

function actionsOf(deps: Pick<HttpDeps, 'people'>): PeopleActions {
  if (deps.people === undefined) throw starting();
  return deps.people;
}

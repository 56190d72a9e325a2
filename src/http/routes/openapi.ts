/** /api/openapi.json: what this API is, without a login. */
import type { Api } from '../api.ts';
import { noQuery } from '../parameters.ts';
import { calendlyJson } from '../schemas/shared.ts';

/** Adds the route. */
export function openApiRoutes(api: Api): void {
  api.get(
    '/api/openapi.json',
    {
      schema: {
        summary: 'This description, OpenAPI 3.1',
        tags: ['description'],
        querystring: noQuery,
        response: { 200: calendlyJson },
      },
    },
    async () => ({ ...api.swagger() }),
  );
}

/** The OpenAPI 3.1 page, made from the same schemas that check requests and answers. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

const PROBLEM = {
  description: 'Any failure, as RFC 9457.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'detail', 'code'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string', description: 'Stable; scripts may branch on it.' },
          action: { type: 'string', description: 'What to do about it.' },
          request_id: { type: 'string' },
          errors: {
            type: 'array',
            items: {
              type: 'object',
              required: ['field', 'message'],
              properties: { field: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
    },
  },
};

/** Collects the routes that are added from now on. `secured` routes say so in their schema. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'calendly-sync',
        version,
        description:
          'Meetings, clients and runs of a workspace that is kept in step with Calendly.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'session',
            description:
              'Set by /api/auth/login; over https it is called `__Host-session`. What changes something needs `X-CSRF-Token` too.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withProblems(jsonSchemaTransformObject(document)),
  });
}

interface OpenApiPage {
  paths?: Record<string, Record<string, unknown> | undefined>;
}

function withProblems<Page extends object>(page: Page): Page {
  const { paths = {} }: OpenApiPage = page;
  for (const operations of Object.values(paths)) {
    for (const operation of Object.values(operations ?? {})) {
      if (operation === null || typeof operation !== 'object' || !('responses' in operation))
        continue;
      operation.responses = { ...Object(operation.responses), default: PROBLEM };
    }
  }
  return page;
}

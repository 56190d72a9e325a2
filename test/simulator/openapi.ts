/** Checks answers against Calendly's published contract, where a copy of it lies beside the checkout. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { JsonObject } from '../../simulator/records.ts';
import { toObject } from './stage.ts';

const FILE = new URL('../../../shared/calendly/openapi.yaml', import.meta.url);

export interface PublishedContract {
  /** What is wrong with an answer to `GET /path/{of}/the/spec`; empty where nothing is. */
  faultsOf(operation: string, status: number, body: unknown): string[];
  /** What is wrong with a body that shall be what `schema` describes. */
  faultsIn(schema: string, body: unknown): string[];
}

/** The published contract, `undefined` where the file is not there (it is no part of this project). */
export function readPublishedContract(): PublishedContract | undefined {
  if (!existsSync(FILE)) return undefined;
  const document = toObject(parse(readFileSync(FILE, 'utf8')));
  const schemas = toObject(toObject(document['components'])['schemas']);
  // The document itself says: treat as open, other types and fields occur.
  schemas['Location'] = { type: 'object', nullable: true };
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'calendly', ...toObject(withNull(document)) });
  return {
    faultsOf(operation, status, body) {
      const [method = '', path = ''] = operation.split(' ');
      const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status)];
      const response = pointer.reduce<JsonObject>((at, name) => toObject(at[name]), document);
      const reference = response['$ref'];
      const place = typeof reference === 'string' ? reference.slice(2).split('/') : pointer;
      return faultsAt([...place, 'content', 'application/json', 'schema'], body);
    },
    faultsIn: (schema, body) => faultsAt(['components', 'schemas', schema], body),
  };

  function faultsAt(place: string[], body: unknown): string[] {
    const schema = place
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const check = ajv.getSchema(`calendly#/${schema}`);
    if (check === undefined) return [`no schema at ${schema}`];
    void check(body);
    return (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  }
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says it with a choice. */
function withNull(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNull);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, example: _, examples: __, ...rest } = node as Record<string, unknown>;
  const plain = Object.fromEntries(
    // One response lists the only word of its enumeration without brackets.
    Object.entries(rest).map(([name, value]) => [
      name,
      name === 'enum' && typeof value === 'string' ? [value] : withNull(value),
    ]),
  );
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}

/** What a route is given, what it answers, and how it reads the parameters of its query. */
import { readMicros, spell } from '../moment.ts';
import type { Json, TokenRecord, UserWire } from '../records.ts';
import type { World } from '../state.ts';
import { invalid } from './refusal.ts';

export interface Call {
  world: World;
  /** The path as asked for, for example `/users/me`. */
  path: string;
  /** The ids of the path in the order of the route's pattern. */
  ids: string[];
  query: URLSearchParams;
  /** The JSON body of a POST, else `undefined`. */
  body: unknown;
  user: UserWire;
  token: TokenRecord;
}

export interface Answer {
  status: number;
  /** `null`: no body. */
  body: Json;
}

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** For example `/scheduled_events/{}/invitees`: `{}` is one segment. */
  pattern: string;
  /** The scope that the token needs. */
  scope: string;
  handle(call: Call): Answer;
}

/** Whether the token may do what `scope` names; old tokens may do everything, `X:write` includes `X:read`. */
export function hasScope(token: TokenRecord, scope: string): boolean {
  if (token.scopes === null || token.scopes.includes(scope)) return true;
  return token.scopes.includes(scope.replace(/:read$/, ':write'));
}

/** A GET route. */
export function get(pattern: string, scope: string, handle: (call: Call) => Answer): Route {
  return { method: 'GET', pattern, scope, handle };
}

/** The answer that shows one thing. */
export function resource(shown: Json, status = 200): Answer {
  return { status, body: { resource: shown } };
}

/** The id at `index` of the path; routes ask only for ids that their pattern has. */
export function pathId(call: Call, index = 0): string {
  return call.ids[index] ?? '';
}

/** A parameter as text; empty counts as not given. */
export function textParameter(call: Call, name: string): string | undefined {
  return call.query.get(name) || undefined;
}

/** A parameter that must be a Calendly URI of `kind`; 400 else. */
export function uriParameter(call: Call, name: string, kind: string): string | undefined {
  const text = textParameter(call, name);
  if (text === undefined) return undefined;
  if (!text.startsWith(`https://api.calendly.com/${kind}/`)) throw invalid(name, 'is invalid');
  return text;
}

/** A parameter that must be one of `choices`; 400 else. */
export function choiceParameter<T extends string>(
  call: Call,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textParameter(call, name);
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw invalid(name, `must be one of: ${choices.join(', ')}`);
  return choice;
}

/** An instant as the world spells it (so texts compare); 400 for what is none. */
export function instantParameter(call: Call, name: string): string | undefined {
  const text = textParameter(call, name);
  if (text === undefined) return undefined;
  const micros = readMicros(text);
  if (micros === undefined) throw invalid(name, 'is not a valid date-time');
  return spell(micros);
}

/** `true` or `false`; 400 else. */
export function flagParameter(call: Call, name: string): boolean | undefined {
  const choice = choiceParameter(call, name, ['true', 'false']);
  return choice === undefined ? undefined : choice === 'true';
}

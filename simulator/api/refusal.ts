/** The errors that Calendly answers with, in its own words (api.md §6 of the notes this was built from). */
import type { JsonObject } from '../records.ts';

/** Thrown by a route to refuse: the status and the JSON body of the answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** 400 that names a parameter, for example `invalid('user', 'is missing')`. */
export function invalid(parameter: string, message: string): Refusal {
  return invalidAll([{ parameter, message }]);
}

/** 400 that names several parameters. */
export function invalidAll(details: { parameter: string; message: string }[]): Refusal {
  return new Refusal(400, {
    title: 'Invalid Argument',
    message: 'The supplied parameters are invalid.',
    details,
  });
}

/** 401 for a token that is missing, unknown or revoked. */
export function unauthenticated(): Refusal {
  return new Refusal(401, { title: 'Unauthenticated', message: 'The access token is invalid' });
}

/** 403 with one of Calendly's sentences. */
export function denied(message = 'You do not have permission to access this resource.'): Refusal {
  return new Refusal(403, { title: 'Permission Denied', message });
}

/** 403 for a token that lacks these scopes. */
export function insufficientScope(...scopes: string[]): Refusal {
  return new Refusal(403, {
    title: 'Insufficient scope',
    message: "This operation requires the scopes listed in the 'required_scopes' array.",
    required_scopes: scopes,
  });
}

/** 409 for a second subscription with one URL. */
export function hookExists(): Refusal {
  return new Refusal(409, {
    title: 'Already Exists',
    message: 'Hook with this url already exists',
  });
}

/** 404 for a path or an id that is not there. */
export function notFound(): Refusal {
  return new Refusal(404, {
    title: 'Resource Not Found',
    message: 'The server could not find the requested resource.',
  });
}

/** 500 as Calendly words it. */
export function broken(): Refusal {
  return new Refusal(500, {
    title: 'Internal Server Error',
    message:
      'The server encountered an unexpected condition that prevented it from fulfilling the request.',
  });
}

/** What is said where something wants a connection that could be read, and there is none. */
import { AppError } from '../domain/errors.ts';

export function notConnected(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'connection.none',
    message: 'No Calendly account is connected',
    action: 'Set CALENDLY_PERSONAL_ACCESS_TOKEN and start again, or resume a paused connection.',
  });
}

/** What is said where a connection is named that is not there, or not the caller's. */
export function noSuchConnection(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'connection.unknown',
    message: 'No connection has this id',
    action: 'GET /api/connections lists them.',
  });
}

/** Errors of drivers in the program's words: kinds by SQLSTATE, no data, nothing of the original kept. */
import { describe, expect, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { isRetryable, toDatabaseError } from './database-error.ts';

function driverError(code: string, message = 'said', fields: object = {}): Error {
  return Object.assign(new Error(message), { code, detail: 'Failing row (secret)', ...fields });
}

describe('an error of the driver', () => {
  test.each([
    ['23505', 'conflict', 'database.unique_violation'],
    ['23503', 'conflict', 'database.foreign_key_violation'],
    ['23514', 'bug', 'database.constraint_violation'],
    ['22P02', 'bug', 'database.bad_value'],
    ['40P01', 'busy', 'database.conflicting_transactions'],
    ['42501', 'denied', 'database.not_allowed'],
    ['42703', 'bug', 'database.bad_statement'],
    ['25006', 'upstream', 'database.read_only'],
    ['53100', 'upstream', 'database.disk_full'],
    ['53300', 'busy', 'database.exhausted'],
    ['57014', 'busy', 'database.timeout'],
    ['57P01', 'upstream', 'database.connection_lost'],
    ['08006', 'upstream', 'database.connection_lost'],
    ['XX000', 'bug', 'database.refused'],
    ['ECONNRESET', 'upstream', 'database.connection_lost'],
    ['EPIPE', 'upstream', 'database.connection_lost'],
  ])('with code %s is %s: %s', (code, kind, ours) => {
    expect(toDatabaseError(driverError(code))).toMatchObject({ kind, code: ours });
  });

  test('that may quote a row is not repeated and not kept as a cause', () => {
    const original = driverError('23514', 'row secret', { constraint: 'meetings_status_known' });
    const error = toDatabaseError(original);
    expect(error.message).toBe(
      'The database refused a statement (SQLSTATE 23514, constraint meetings_status_known)',
    );
    expect(error.cause).toBeUndefined();
  });

  test('that speaks of the statement only is repeated', () => {
    const error = toDatabaseError(driverError('42703', 'column "x" does not exist'));
    expect(error.message).toContain('column "x" does not exist');
  });

  test('of the pool’s waiting line says that all connections are in use', () => {
    const error = toDatabaseError(new Error('timeout exceeded when trying to connect'));
    expect(error).toMatchObject({ kind: 'busy', code: 'database.no_free_connection' });
  });

  test('that is none but our own passes as it is', () => {
    const own = new AppError({ kind: 'invalid', code: 'x.y', message: 'z' });
    expect(toDatabaseError(own)).toBe(own);
  });

  test('is worth another try after a deadlock, also inside a wrapper, and never otherwise', () => {
    const deadlock = toDatabaseError(driverError('40P01'));
    expect(isRetryable(deadlock)).toBe(true);
    expect(isRetryable(new Error('outer', { cause: deadlock }))).toBe(true);
    expect(isRetryable(toDatabaseError(driverError('23505')))).toBe(false);
    expect(isRetryable(new Error('other'))).toBe(false);
  });
});

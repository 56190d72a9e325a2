/** Which addresses and servers are taken. */
import { describe, expect, test } from 'vitest';
import { clientConfig, judgeServer, unreachableError } from './postgres-server.ts';

const GOOD = {
  version: 15,
  version_text: '15.18',
  encoding: 'UTF8',
  in_recovery: false,
  read_only: false,
  superuser: false,
};

describe('a server', () => {
  test('of version 15 with an ordinary role is taken without a word', () => {
    expect(judgeServer(GOOD)).toEqual([]);
  });

  test('is taken with a warning when the role is a superuser', () => {
    expect(judgeServer({ ...GOOD, superuser: true })).toEqual([
      expect.stringContaining('superuser'),
    ]);
  });

  test.each([
    ['too old', { version: 14, version_text: '14.9' }, 'database.too_old', '14.9'],
    ['a replica', { in_recovery: true, read_only: true }, 'database.read_only', 'replica'],
    ['read-only', { read_only: true }, 'database.read_only', 'read-only'],
    ['not in UTF8', { encoding: 'SQL_ASCII' }, 'database.encoding', 'SQL_ASCII'],
  ])('is refused when it is %s', (_, facts, code, said) => {
    expect(() => judgeServer({ ...GOOD, ...facts })).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(said),
        action: expect.any(String),
      }),
    );
  });
});

describe('an address', () => {
  test.each(['', 'localhost', 'mysql://host/db', 'http://host', 'postgres//host'])(
    '%j is refused without being repeated',
    (url) => {
      expect(() => clientConfig(url)).toThrow(
        expect.objectContaining({ code: 'database.bad_url', kind: 'invalid' }),
      );
    },
  );

  test('takes sslmode as psql does, unless it says otherwise itself', () => {
    const plain = clientConfig('postgres://u:p@host/db?sslmode=require');
    expect(plain.connectionString).toContain('uselibpqcompat=true');
    const own = 'postgres://u:p@host/db?sslmode=require&uselibpqcompat=false';
    expect(clientConfig(own).connectionString).toBe(own);
    expect(clientConfig('postgresql://u:p@host/db').connectionString).not.toContain('compat');
  });

  test('that wants TLS from a server without it says so', () => {
    const error = new Error('The server does not support SSL connections');
    expect(unreachableError(error, 'postgres://host/db').message).toContain('no TLS');
  });

  test('that did not answer is named with host and database alone', () => {
    const refused = Object.assign(new AggregateError([{ code: 'ECONNREFUSED' }]), { code: 'X' });
    const error = unreachableError(refused, 'postgres://ann:pw@db.example.com:6432/crm?sslmode=no');
    expect(error.message).toBe(
      'The database at db.example.com:6432/crm cannot be reached: nothing listens there',
    );
  });
});

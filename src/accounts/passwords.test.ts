/** Passwords: what is stored, and what is taken for the same one. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkPassword, hashPassword } from './passwords.ts';

describe('a password', () => {
  it('is kept as an argon2id string of 19 MiB and two passes, and recognised again', async () => {
    const stored = await hashPassword('correct horse', randomBytes);
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await checkPassword('correct horse', stored)).toBe(true);
    expect(await checkPassword('correct horse ', stored)).toBe(false);
    expect(await checkPassword('', stored)).toBe(false);
  });

  it('is the same however its letters are composed', async () => {
    const stored = await hashPassword('Zo\u00eb-Quux-1', randomBytes);
    expect(await checkPassword('Zoe\u0308-Quux-1', stored)).toBe(true);
  });

  it('gives another string each time', async () => {
    const [first, second] = [
      await hashPassword('correct horse', randomBytes),
      await hashPassword('correct horse', randomBytes),
    ];
    expect(first).not.toBe(second);
  });

  it('agrees with a string that the reference implementation of argon2id made', async () => {
    // Vector of test.c in P-H-C/phc-winner-argon2.
    const reference =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await checkPassword('password', reference)).toBe(true);
    expect(await checkPassword('passwore', reference)).toBe(false);
  });

  it.each(['', 'short', '1234567', 'x'.repeat(1025), '\u{1F600}'.repeat(7)])(
    'is refused when too short or too long: %.10s',
    async (password) => {
      await expect(hashPassword(password, randomBytes)).rejects.toMatchObject({
        kind: 'invalid',
        code: 'user.password_unfit',
      });
    },
  );

  it.each([
    '',
    'plain',
    '$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$2b$10$x',
  ])('never fits a stored text of another form: %.12s', async (stored) => {
    expect(await checkPassword('plain', stored)).toBe(false);
  });

  it('without a stored one takes as much work, and is never right', async () => {
    expect(await checkPassword('nobody password', null)).toBe(false);
    const time = async (stored: string | null): Promise<number> => {
      const began = performance.now();
      for (let tries = 0; tries < 5; tries += 1) await checkPassword('some password', stored);
      return performance.now() - began;
    };
    const stored = await hashPassword('another password', randomBytes);
    await time(stored);
    const [unknown, known] = [await time(null), await time(stored)];
    // a machine that others measure on: an answer without the work would take a thousandth
    expect(unknown / known).toBeGreaterThan(0.2);
    expect(unknown / known).toBeLessThan(5);
  });

  it('a crowd waits its turn, and who would wait too long is told to come again', async () => {
    const crowd = Array.from({ length: 120 }, () => checkPassword('some password', null));
    const answers = await Promise.allSettled(crowd);
    const turnedAway = answers.filter((answer) => answer.status === 'rejected');
    expect(turnedAway).toHaveLength(120 - 102);
    for (const { reason } of turnedAway) {
      expect(reason).toMatchObject({ kind: 'busy', code: 'user.passwords_busy' });
    }
    expect(await checkPassword('some password', null)).toBe(false);
  });
});

/** Passwords as argon2id strings in the PHC form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
import { argon2, timingSafeEqual } from 'node:crypto';
import { createTurns } from '../base/turns.ts';
import { AppError } from '../domain/errors.ts';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const SHORTEST = 8;
const LONGEST_BYTES = 1024;

/**
 * Hashes a new password with a salt from `bytes`.
 * Throws `user.password_unfit` for fewer than 8 characters or more than 1,024 bytes.
 */
export async function hashPassword(
  password: string,
  bytes: (length: number) => Uint8Array,
): Promise<string> {
  if (Array.from(password).length < SHORTEST || Buffer.byteLength(password) > LONGEST_BYTES) {
    throw new AppError({
      kind: 'invalid',
      code: 'user.password_unfit',
      message: `A password has at least ${SHORTEST} characters and at most ${LONGEST_BYTES} bytes.`,
      action: 'Choose another password.',
    });
  }
  const salt = bytes(SALT_BYTES);
  const hash = await derive(password, { ...COST, salt, length: HASH_BYTES });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([\w+/-]{11,86})\$([\w+/-]{22,86})$/;

/** What a password is held against where there is none: the answer takes as long, and is always no. */
const NOBODYS =
  '$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBwYXNzd29yZA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/**
 * Whether `password` is the one that `stored` was made of; false for anything that is no such string.
 * Without a stored one (null) it is as much work, and false.
 */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  if (stored === null) {
    await checkPassword(password, NOBODYS);
    return false;
  }
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return false;
  if (Buffer.byteLength(password) > LONGEST_BYTES) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(password, {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    length: expected.length,
  });
  return timingSafeEqual(actual, expected);
}

interface Derivation {
  memory: number;
  passes: number;
  parallelism: number;
  salt: Uint8Array;
  length: number;
}

/** Two of the four threads that Node has for files, names and compression too. */
const AT_ONCE = 2;
/** At about 20 ms each: who would wait longer than some seconds is told to come again. */
const MOST_WAITING = 100;

/** The threads are the process's, so is the queue for them. */
const turns = createTurns({
  atOnce: AT_ONCE,
  longestQueue: { length: MOST_WAITING, refusal: crowded },
});

function derive(password: string, derivation: Derivation): Promise<Buffer> {
  return turns(() => deriveNow(password, derivation));
}

function crowded(): AppError {
  return new AppError({
    kind: 'busy',
    code: 'user.passwords_busy',
    message: 'Too many people are signing in at this moment.',
    action: 'Try again in a few seconds.',
  });
}

function deriveNow(password: string, derivation: Derivation): Promise<Buffer> {
  const { memory, passes, parallelism, salt, length } = derivation;
  const parameters = {
    message: Buffer.from(password.normalize('NFC')),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: length,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

/** The installation's own secrets: those of the settings, else generated ones kept under the data directory. */
import { hkdfSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { generateKeyring, type Keyring, parseKeyring } from '../base/box.ts';
import type { Random } from '../base/random.ts';
import type { AuthConfig } from '../config/shape.ts';
import { AppError } from '../domain/errors.ts';

export interface Secrets {
  keyring: Keyring;
  /** Signs and checks our own tokens. */
  jwt: Uint8Array;
  /** Signs list cursors. */
  cursor: Uint8Array;
  /** Keys the hash of Calendly tokens. */
  tokenHash: Uint8Array;
  /** Recognises this set of secrets without telling anything of it. */
  fingerprint: string;
  /** Whether any of them was generated here. */
  generated: boolean;
}

interface Generated {
  jwt_secret: string;
  encryption_keys: string;
}

/** Reads or makes the secrets. Throws `secrets.unreadable` where the kept file is damaged. */
export function openSecrets(auth: AuthConfig, dataDir: string, random: Random): Secrets {
  const needed = auth.jwtSecret === null || auth.encryptionKeys === null;
  const kept = needed ? keepGenerated(dataDir, random) : null;
  const jwtText = auth.jwtSecret?.reveal() ?? kept?.jwt_secret ?? '';
  const keyText = auth.encryptionKeys?.reveal() ?? kept?.encryption_keys ?? '';
  const jwt = new TextEncoder().encode(jwtText);
  return {
    keyring: parseKeyring(keyText),
    jwt,
    cursor: derive(jwt, 'list cursors'),
    tokenHash: derive(jwt, 'token hashes'),
    fingerprint: Buffer.from(
      derive(new TextEncoder().encode(`${jwtText} ${keyText}`), 'fingerprint'),
    )
      .toString('base64url')
      .slice(0, 22),
    generated: needed,
  };
}

function keepGenerated(dataDir: string, random: Random): Generated {
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file)) {
    const made: Generated = {
      jwt_secret: Buffer.from(random.bytes(32)).toString('base64url'),
      encryption_keys: generateKeyring(),
    };
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    keepFirst(draft, file);
  }
  chmodSync(file, 0o600);
  const read: unknown = parse(readFileSync(file, 'utf8'));
  if (!isGenerated(read)) {
    throw new AppError({
      kind: 'invalid',
      code: 'secrets.unreadable',
      message: `${file} is damaged: it does not hold jwt_secret and encryption_keys`,
      action: 'Restore it from a backup. Without it, stored tokens cannot be opened.',
    });
  }
  return read;
}

/** Of processes that start at once the first one's secrets stay: a link is never made over a file. */
function keepFirst(draft: string, file: string): void {
  try {
    linkSync(draft, file);
    rmSync(draft);
  } catch {
    if (existsSync(file)) rmSync(draft);
    // @NOTE some network disks have no links; there two that start at once must not be the first ever
    else renameSync(draft, file);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isGenerated(value: unknown): value is Generated {
  return (
    typeof value === 'object' &&
    value !== null &&
    'jwt_secret' in value &&
    typeof value.jwt_secret === 'string' &&
    'encryption_keys' in value &&
    typeof value.encryption_keys === 'string'
  );
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `calendly-sync ${purpose}`, 32));
}

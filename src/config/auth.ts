/** The settings of sign-in, of keys, and of tokens that a host application signs. */
import type { Secret } from '../base/secret.ts';
import { oneOf, plainText, truth } from './parsers.ts';
import type { Reader } from './reader.ts';
import { keyringText, longSecret } from './secrets.ts';
import { defaulted, optional, secret, type Setting } from './setting.ts';
import type { AuthConfig, HostTokens } from './shape.ts';
import { secureBase } from './urls.ts';

const group = 'Sign-in and keys';

export const authSettings = {
  jwtSecret: secret({
    name: 'JWT_SECRET',
    group,
    doc: 'Signs and checks our own tokens: 32 bytes or more. Made and kept in DATA_DIR where missing; required in production.',
    example: 'openssl rand -base64 48',
    parse: longSecret,
  }),
  encryptionKeys: secret({
    name: 'ENCRYPTION_KEYS',
    group,
    doc: 'Keyring for stored tokens, id:base64 of 32 bytes, several with commas: the first encrypts, all decrypt. Made and kept in DATA_DIR where missing; required in production.',
    example: 'k1:$(openssl rand -base64 32)',
    parse: keyringText,
  }),
  jwksUrl: optional({
    name: 'AUTH_JWKS_URL',
    group,
    doc: 'Also accept a host application’s tokens, checked with the keys at this address.',
    example: 'https://example.com/.well-known/jwks.json',
    parse: secureBase,
  }),
  hs256Secret: secret({
    name: 'AUTH_HS256_SECRET',
    group,
    doc: 'Instead of AUTH_JWKS_URL: the secret that the host application signs HS256 tokens with.',
    example: '32 bytes or more',
    parse: longSecret,
  }),
  issuer: optional({
    name: 'AUTH_ISSUER',
    group,
    doc: 'The iss that a host application’s tokens must have.',
    example: 'https://example.com/auth',
    parse: plainText,
  }),
  audience: optional({
    name: 'AUTH_AUDIENCE',
    group,
    doc: 'The aud that a host application’s tokens must have.',
    example: 'authenticated',
    parse: plainText,
  }),
  workspaceClaim: optional({
    name: 'AUTH_WORKSPACE_CLAIM',
    group,
    doc: 'The claim of a host application’s tokens that names the workspace.',
    example: 'org_id',
    parse: plainText,
  }),
  openSignup: defaulted({
    name: 'OPEN_SIGNUP',
    group,
    doc: 'Whether anybody may register, each into a new workspace.',
    fallback: 'false',
    parse: truth,
  }),
  membersSee: defaulted({
    name: 'MEMBERS_SEE',
    group,
    doc: 'What members see: all of the workspace, or own (meetings they host, and their people and papers).',
    fallback: 'all',
    parse: oneOf(['all', 'own']),
  }),
};

/** The sign-in group; production must bring its own keys, which other processes then share. */
export function readAuth(reader: Reader, production: boolean): AuthConfig {
  const row = authSettings;
  return {
    jwtSecret: requiredIf(production, row.jwtSecret, reader),
    encryptionKeys: requiredIf(production, row.encryptionKeys, reader),
    hostTokens: readHostTokens(reader),
    openSignup: reader.value(row.openSignup),
    membersSee: reader.value(row.membersSee),
  };
}

function requiredIf(production: boolean, row: Setting<Secret>, reader: Reader): Secret | null {
  const value = reader.maybe(row);
  if (production && reader.text(row) === undefined) {
    reader.fault(row.name, 'is required where NODE_ENV is production');
  }
  return value;
}

function readHostTokens(reader: Reader): HostTokens | null {
  const row = authSettings;
  const [url, hs256] = [reader.maybe(row.jwksUrl), reader.maybe(row.hs256Secret)];
  const claims = {
    issuer: reader.maybe(row.issuer),
    audience: reader.maybe(row.audience),
    workspaceClaim: reader.maybe(row.workspaceClaim),
  };
  const [hasUrl, hasSecret] = [row.jwksUrl, row.hs256Secret].map(
    (one) => reader.text(one) !== undefined,
  );
  if (hasUrl && hasSecret) {
    reader.fault(row.hs256Secret.name, `must not be set beside ${row.jwksUrl.name}`);
  }
  if (!hasUrl && !hasSecret) {
    for (const lonely of [row.issuer, row.audience, row.workspaceClaim]) {
      if (reader.text(lonely) === undefined) continue;
      reader.fault(lonely.name, `needs ${row.jwksUrl.name} or ${row.hs256Secret.name} beside it`);
    }
  }
  if (url !== null) return { kind: 'jwks', url, ...claims };
  return hs256 === null ? null : { kind: 'hs256', secret: hs256, ...claims };
}

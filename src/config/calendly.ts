/** The settings that say which Calendly accounts are read, and where Calendly is. */
import { plainText, oneOf } from './parsers.ts';
import type { Reader } from './reader.ts';
import { secretText } from './secrets.ts';
import { defaulted, optional, secret } from './setting.ts';
import type { CalendlyConfig, OAuthConfig } from './shape.ts';
import { httpBase, isPlainOutside } from './urls.ts';

const group = 'Calendly';

export const calendlySettings = {
  token: secret({
    name: 'CALENDLY_PERSONAL_ACCESS_TOKEN',
    group,
    doc: "Personal access token of the first admin's Calendly account (Calendly: Integrations & apps, API & webhooks).",
    example: 'eyJ…',
    parse: secretText,
  }),
  scope: defaulted({
    name: 'CALENDLY_SCOPE',
    group,
    doc: 'What that token reads: user (its own meetings) or organization (everybody’s; needs an owner or admin).',
    fallback: 'user',
    parse: oneOf(['user', 'organization']),
  }),
  webhookSigningKey: secret({
    name: 'CALENDLY_WEBHOOK_SIGNING_KEY',
    group,
    doc: 'Signing key of a webhook subscription that was made by hand for /api/calendly/webhook.',
    example: 'the key given when the subscription was made',
    parse: secretText,
  }),
  clientId: optional({
    name: 'CALENDLY_CLIENT_ID',
    group,
    doc: 'OAuth app for “Connect with Calendly”: its client id.',
    example: 'from developer.calendly.com',
    parse: plainText,
  }),
  clientSecret: secret({
    name: 'CALENDLY_CLIENT_SECRET',
    group,
    doc: 'The OAuth app’s client secret.',
    example: 'from developer.calendly.com',
    parse: secretText,
  }),
  clientSigningKey: secret({
    name: 'CALENDLY_CLIENT_SIGNING_KEY',
    group,
    doc: 'The OAuth app’s webhook signing key; without it OAuth connections are polled.',
    example: 'from developer.calendly.com',
    parse: secretText,
  }),
  apiUrl: defaulted({
    name: 'CALENDLY_API_URL',
    group,
    doc: 'Base address of the Calendly API.',
    fallback: 'https://api.calendly.com',
    parse: httpBase,
  }),
  authUrl: defaulted({
    name: 'CALENDLY_AUTH_URL',
    group,
    doc: 'Base address of Calendly’s OAuth server.',
    fallback: 'https://auth.calendly.com',
    parse: httpBase,
  }),
};

/** The Calendly group; says what is half-filled. */
export function readCalendly(reader: Reader): CalendlyConfig {
  const row = calendlySettings;
  const token = reader.maybe(row.token);
  const webhookSigningKey = reader.maybe(row.webhookSigningKey);
  if (webhookSigningKey !== null && reader.text(row.token) === undefined) {
    reader.warn(
      'CALENDLY_WEBHOOK_SIGNING_KEY does nothing without CALENDLY_PERSONAL_ACCESS_TOKEN: it belongs to that connection',
    );
  }
  const apiUrl = reader.value(row.apiUrl);
  const authUrl = reader.value(row.authUrl);
  if (isPlainOutside(apiUrl)) {
    reader.warn('CALENDLY_API_URL is http:// outside this machine: tokens travel unencrypted');
  }
  const scope = reader.value(row.scope);
  return { token, scope, webhookSigningKey, oauth: readOAuth(reader), apiUrl, authUrl };
}

function readOAuth(reader: Reader): OAuthConfig | null {
  const { clientId: idRow, clientSecret: secretRow, clientSigningKey: keyRow } = calendlySettings;
  const [clientId, clientSecret] = [reader.maybe(idRow), reader.maybe(secretRow)];
  const signingKey = reader.maybe(keyRow);
  const [hasId, hasSecret] = [idRow, secretRow].map((row) => reader.text(row) !== undefined);
  if (hasId && !hasSecret) reader.fault(secretRow.name, `is missing beside ${idRow.name}`);
  if (!hasId && (hasSecret || reader.text(keyRow) !== undefined)) {
    const lonely = hasSecret ? secretRow.name : keyRow.name;
    reader.fault(idRow.name, `is missing beside ${lonely}`);
  }
  if (clientId === null || clientSecret === null) return null;
  return { clientId, clientSecret, signingKey };
}

/** From a broken exchange to its error: by the code that Node and undici give, never by its text. */
import type { CalendlyErrorCode } from './errors.ts';
import { CalendlyError } from './errors.ts';

const CODES: Readonly<Record<string, CalendlyErrorCode>> = {
  ENOTFOUND: 'calendly.unreachable',
  EAI_AGAIN: 'calendly.unreachable',
  ECONNREFUSED: 'calendly.unreachable',
  EHOSTUNREACH: 'calendly.unreachable',
  ENETUNREACH: 'calendly.unreachable',
  EADDRNOTAVAIL: 'calendly.unreachable',
  ETIMEDOUT: 'calendly.timeout',
  UND_ERR_CONNECT_TIMEOUT: 'calendly.timeout',
  UND_ERR_HEADERS_TIMEOUT: 'calendly.timeout',
  UND_ERR_BODY_TIMEOUT: 'calendly.timeout',
  UND_ERR_HEADERS_OVERFLOW: 'calendly.too_large',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'calendly.too_large',
  Z_DATA_ERROR: 'calendly.bad_encoding',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'calendly.tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'calendly.tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'calendly.tls',
  UNABLE_TO_GET_ISSUER_CERT: 'calendly.tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'calendly.tls',
  HOSTNAME_MISMATCH: 'calendly.tls',
  INVALID_CA: 'calendly.tls',
  EPROTO: 'calendly.tls',
};

/** The error for anything thrown while sending or reading. An unknown one is a lost connection. */
export function errorOfFailure(error: unknown): CalendlyError {
  if (error instanceof CalendlyError) return error;
  return new CalendlyError(codeOf(error), { cause: error });
}

function codeOf(error: unknown): CalendlyErrorCode {
  if (!(error instanceof Error)) return 'calendly.connection_lost';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(?:CERT_|ERR_TLS_|ERR_SSL_)/.test(code)) return 'calendly.tls';
  // undici gives its parser's errors the parser's own codes (HPE_…).
  if (error.name === 'HTTPParserError' || code.startsWith('HPE_')) return 'calendly.bad_http';
  return CODES[code] ?? 'calendly.connection_lost';
}

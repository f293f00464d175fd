import { isAppError, type AppError } from '@kohort/kernel-errors';
import { httpErrors } from './errors';

const NOT_DELIVERED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EADDRNOTAVAIL',
]);
const TLS = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_)/;

/** The code of a failure of the network, `unknown` when it has none. */
export function codeOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string')
    return thrown.code;
  return 'unknown';
}

/** A failure of the network as an error of ours. */
export function toHttpError(
  thrown: unknown,
  how: { timeoutMs: number; timedOut: boolean; stopped: boolean },
): AppError {
  if (isAppError(thrown)) return thrown;
  const code = codeOf(thrown);
  const because = { cause: thrown };
  if (how.stopped) return httpErrors.HTTP_CANCELLED({ delivered: 'unknown' }, because);
  if (NOT_DELIVERED.has(code)) return httpErrors.HTTP_UNREACHABLE({ reason: code, delivered: 'no' }, because);
  if (TLS.test(code)) return httpErrors.HTTP_TLS({ reason: code, delivered: 'no' }, because);
  const timedOut = how.timedOut || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (timedOut) return httpErrors.HTTP_TIMEOUT({ timeoutMs: how.timeoutMs, delivered: 'unknown' }, because);
  return httpErrors.HTTP_CONNECTION_LOST({ reason: code, delivered: 'unknown' }, because);
}

/** Headers with one text each, names in lower case. */
export function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
}

import { isPublicAddress } from './address';
import { httpErrors } from './errors';

/** Where calls may go beyond public https: exact `host:port` pairs, which may then be http and loopback. */
export interface EgressRules {
  readonly allow: ReadonlySet<string>;
  readonly ports: ReadonlySet<number>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 };

function pairOf(url: URL): { host: string; port: number } {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return { host, port: url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port) };
}

/** True for a pair that the operator has named. */
export function isAllowedPair(rules: EgressRules, host: string, port: number): boolean {
  return rules.allow.has(`${host.toLowerCase()}:${port}`);
}

function refuse(reason: string): never {
  throw httpErrors.HTTP_EGRESS_REFUSED({ reason, delivered: 'no' });
}

/**
 * Reads an address and refuses it when its form alone says that it may not be called. Names are checked again after they
 * are resolved.
 *
 * Throws  HTTP_EGRESS_REFUSED
 */
export function checkUrl(rules: EgressRules, address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : refuse('it is not an absolute URL');
  const { host, port } = pairOf(url);
  if (url.username !== '' || url.password !== '') refuse('it holds a user name or a password');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('only https is spoken');
  if (isAllowedPair(rules, host, port)) return url;
  if (url.protocol !== 'https:') refuse('only https is spoken');
  if (!rules.ports.has(port)) refuse(`port ${port} is not on the list`);
  const looksNumeric = host.includes(':') || /^[0-9.]+$/.test(host);
  if (looksNumeric && !isPublicAddress(host)) refuse('it is not a public address');
  return url;
}

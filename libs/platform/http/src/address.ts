import { IPv4, IPv6, isValid, parse } from 'ipaddr.js';

/** Only global unicast of today (RFC 4291, IANA 2000::/3); the rest of the space is reserved, local or transitional. */
const GLOBAL_IPV6: [IPv6, number] = [IPv6.parse('2000::'), 3];

/** Ranges that the library counts as unicast and that no public destination lives in. */
const REFUSED_IPV4: readonly [IPv4, number][] = [
  [IPv4.parse('0.0.0.0'), 8],
  [IPv4.parse('192.0.0.0'), 24],
  [IPv4.parse('192.88.99.0'), 24],
  [IPv4.parse('198.18.0.0'), 15],
  [IPv4.parse('240.0.0.0'), 4],
];

/**
 * True when an address may be connected to: public unicast and nothing else. Private, loopback, link-local (also the
 * metadata services), CGNAT, multicast, unique local, IPv4-mapped and -compatible, NAT64, 6to4 and Teredo are refused.
 */
export function isPublicAddress(address: string): boolean {
  if (!isValid(address) || address.includes('%')) return false;
  const ip = parse(address);
  if (ip.range() !== 'unicast') return false;
  if (ip instanceof IPv4) return !REFUSED_IPV4.some((range) => ip.match(range));
  return ip.match(GLOBAL_IPV6);
}

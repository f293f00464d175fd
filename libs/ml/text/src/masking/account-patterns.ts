import ipaddr from 'ipaddr.js';
import type { Entity } from '../entities/entity';

/** Two letters, two digits and 11 to 30 more signs, in groups of four or not. */
const ACCOUNT =
  /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?![\p{L}\p{N}])/giu;
const GROUP = / ?[A-Z0-9]+$/i;
const SHORTEST_ACCOUNT = 15;
const LONGEST_ACCOUNT = 34;
const V4 = /(?<![\p{L}\p{N}.])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}]|\.\d)/gu;
const V6 = /(?<![\p{L}\p{N}:.])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\p{L}\p{N}:])/giu;

/**
 * Whether a text without spaces is an account number whose check digits are right.
 *
 * Source  ISO 13616 (IBAN), ISO 7064 MOD 97-10
 */
export function isIban(text: string): boolean {
  if (text.length < SHORTEST_ACCOUNT || text.length > LONGEST_ACCOUNT) return false;
  const turned = text.slice(4) + text.slice(0, 4);
  let rest = 0;
  for (const sign of turned.toUpperCase()) {
    const value = Number.parseInt(sign, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest === 1;
}

/** International account numbers. Words behind one may look like a group of it: the longest that is right counts. */
export function findIbans(text: string): Entity[] {
  return Array.from(text.matchAll(ACCOUNT)).flatMap((match) => {
    let found = match[0];
    while (found !== '' && !isIban(found.replaceAll(' ', '')))
      found = GROUP.test(found) ? found.replace(GROUP, '') : '';
    const start = match.index;
    return found === '' ? [] : [{ kind: 'iban' as const, text: found, start, end: start + found.length }];
  });
}

/** Addresses of machines: four decimal numbers, or the colons of version 6 with more than two groups. */
export function findIpAddresses(text: string): Entity[] {
  const found = [...text.matchAll(V4), ...text.matchAll(V6)].filter(([address]) =>
    address.includes(':')
      ? /[0-9a-f]/i.test(address) && ipaddr.IPv6.isValid(address)
      : ipaddr.IPv4.isValidFourPartDecimal(address),
  );
  return found.map(({ 0: address, index: start }) => ({
    kind: 'ip',
    text: address,
    start,
    end: start + address.length,
  }));
}

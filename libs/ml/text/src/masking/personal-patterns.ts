import { findPhoneNumbersInText, isSupportedCountry, type CountryCode } from 'libphonenumber-js/min';
import type { Entity, EntityKind } from '../entities/entity';

/** Bounded on both sides of the @, and no two quantifiers over the same letters: linear in the text. */
const EMAIL = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
/** Groups of digits with single spaces or hyphens between them. */
const DIGIT_GROUPS = /\d+(?:[ -]\d+)*/g;
/** Digits of a card that stands alone, and of one that more digits stand beside, such as when it ends. */
const CARD_DIGITS = { least: 12, most: 19 };
const CARD_DIGITS_AMONG_OTHERS = { least: 15, most: 16 };

const entityAt = (kind: EntityKind, text: string, start: number, end: number): Entity => ({
  kind,
  text: text.slice(start, end),
  start,
  end,
});

/** E-mail addresses, those with letters outside ASCII included. Cost linear in the text. */
export function findEmails(text: string): Entity[] {
  if (!text.includes('@')) return [];
  return Array.from(text.matchAll(EMAIL), (match) =>
    entityAt('email', text, match.index, match.index + match[0].length),
  );
}

/**
 * Whether digits end in the check digit of payment cards.
 *
 * Source  ISO/IEC 7812-1, annex B (Luhn)
 */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

const isCard = (digits: string, { least, most }: typeof CARD_DIGITS): boolean =>
  digits.length >= least && digits.length <= most && new Set(digits).size > 1 && hasLuhnDigit(digits);

/** The first card among groups of digits that are no card together; undefined without one. */
function cardAmong(groups: readonly RegExpMatchArray[], from: number): number | undefined {
  let digits = '';
  for (let at = from; at < groups.length && digits.length < CARD_DIGITS_AMONG_OTHERS.most; at += 1) {
    digits += groups[at]?.[0] ?? '';
    if (isCard(digits, CARD_DIGITS_AMONG_OTHERS)) return at;
  }
  return undefined;
}

/**
 * Numbers of payment cards, in groups or not: 12 to 19 digits, not all alike, whose check digit is right; where more
 * digits stand beside them 15 or 16. One in ten other numbers of that length is taken for one.
 *
 * Cost    linear in the text
 */
export function findCardNumbers(text: string): Entity[] {
  return Array.from(text.matchAll(DIGIT_GROUPS)).flatMap((run) => {
    const end = run.index + run[0].length;
    if (isCard(run[0].replace(/\D/g, ''), CARD_DIGITS)) return [entityAt('card', text, run.index, end)];
    const groups = Array.from(run[0].matchAll(/\d+/g));
    const found: Entity[] = [];
    for (let at = 0; at < groups.length; at += 1) {
      const last = cardAmong(groups, at);
      if (last === undefined) continue;
      const [first, final] = [groups[at]?.index ?? 0, groups[last]];
      const stop = (final?.index ?? 0) + (final?.[0].length ?? 0);
      found.push(entityAt('card', text, run.index + first, run.index + stop));
      at = last;
    }
    return found;
  });
}

const countryOf = (name: string | undefined): CountryCode | undefined => {
  const upper = name?.toUpperCase() ?? '';
  return isSupportedCountry(upper) ? upper : undefined;
};

/** Telephone numbers that are valid in their country; without a country those with a leading + alone. */
export function findPhones(text: string, country?: string): Entity[] {
  if (!/\d/.test(text)) return [];
  const defaultCountry = countryOf(country);
  return findPhoneNumbersInText(text, { ...(defaultCountry ? { defaultCountry } : {}), extended: true }).map(
    ({ startsAt: start, endsAt: end }) => ({ kind: 'phone', text: text.slice(start, end), start, end }),
  );
}

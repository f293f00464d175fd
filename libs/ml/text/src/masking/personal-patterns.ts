import { findPhoneNumbersInText, isSupportedCountry, type CountryCode } from 'libphonenumber-js/min';
import type { Entity, EntityKind } from '../entities/entity';

/** Bounded on both sides of the @, and no two quantifiers over the same letters: linear in the text. */
const EMAIL = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
/** 12 to 19 digits with single spaces or hyphens between them, not part of a longer number. */
const CARD = /(?<![\d])\d(?:[ -]?\d){11,18}(?![ -]?\d)/g;

const entitiesOf = (kind: EntityKind, text: string, pattern: RegExp): Entity[] =>
  Array.from(text.matchAll(pattern), (match) => ({
    kind,
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));

/** E-mail addresses, those with letters outside ASCII included. Cost linear in the text. */
export function findEmails(text: string): Entity[] {
  return text.includes('@') ? entitiesOf('email', text, EMAIL) : [];
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

/** Numbers of payment cards: 12 to 19 digits, not all alike, whose check digit is right. */
export function findCardNumbers(text: string): Entity[] {
  return entitiesOf('card', text, CARD).filter((entity) => {
    const digits = entity.text.replace(/\D/g, '');
    return new Set(digits).size > 1 && hasLuhnDigit(digits);
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

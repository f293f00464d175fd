import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { LONGEST_TEXT } from './fold-text';

function countryCode(name: string | undefined): CountryCode | undefined {
  const upper = name?.toUpperCase() as CountryCode | undefined;
  return upper !== undefined && isSupportedCountry(upper) ? upper : undefined;
}

/**
 * A telephone number as digits: in international form where its country is known (a leading + or the default country),
 * else the digits as written. Letters of vanity numbers and extensions are not told apart.
 *
 * Shape   digits only; '' for a text without digits
 */
export function normalisePhone(text: string, defaultCountry?: string): string {
  const cut = text.slice(0, LONGEST_TEXT);
  const digits = cut.replace(/\D+/g, '');
  if (digits.length < 7) return digits;
  const known = countryCode(defaultCountry);
  if (known === undefined && !cut.trimStart().startsWith('+')) return digits;
  const parsed = parsePhoneNumberFromString(cut.replace('/', '-'), { defaultCountry: known });
  return parsed ? parsed.number.slice(1) : digits;
}

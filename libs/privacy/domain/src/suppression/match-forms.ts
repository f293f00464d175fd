import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { namesNobody, type SuppressionDigest } from '@kohort/kernel-contracts';

/** A value under which an identifier is looked for; two identifiers match when they have one in common. */
export interface MatchForm {
  readonly kind: SuppressionDigest['kind'];
  readonly form: string;
}

/**
 * On which side an identifier stands. A number whose country is known and one whose country is not can only be compared
 * by their national digits; two of known countries never are, or a number of one country would stop that of another.
 */
export type Side = 'list' | 'check';

/** Where a national number may be from: ISO 3166-1 alpha-2; null when nothing says so. */
export type CountryHint = string | null;

/** Characters that are not seen: zero width, soft hyphen, byte order mark, direction marks. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const GOOGLE = new Set(['gmail.com', 'googlemail.com']);
const MAX_CHARS = 500;
const INTERNATIONAL_DIGITS = 11;

const plainOf = (value: string): string => value.normalize('NFKC').replace(INVISIBLE, '').trim();

/**
 * The one form of an e-mail address: NFKC, lower case, no invisible characters, without `mailto:` and name, without a
 * plus tag, and at Google without dots in the name. Null when it is no address.
 */
export function emailForm(value: string): string | null {
  if (value.length > MAX_CHARS) return null;
  const bracketed = /<([^<>]+)>\s*$/.exec(plainOf(value));
  const text = (bracketed?.[1] ?? plainOf(value))
    .replace(/^mailto:/i, '')
    .replace(/\s+/g, '')
    .toLowerCase()
    .normalize('NFKC');
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1).replace(/\.+$/, '');
  const plus = text.indexOf('+');
  let local = text.slice(0, plus > 0 && plus < at ? plus : at).replace(/^"|"$/g, '');
  if (at < 1 || local === '' || !domain.includes('.')) return null;
  if (GOOGLE.has(domain)) {
    local = local.replaceAll('.', '');
    return local === '' ? null : `${local}@gmail.com`;
  }
  return `${local}@${domain}`;
}

function countryOf(hint: CountryHint): CountryCode | undefined {
  const country = hint?.trim().toUpperCase() ?? '';
  return isSupportedCountry(country) ? country : undefined;
}

/**
 * The forms of a telephone number. `e164` where the country is known by a plus, a leading 00 or the hint; else its digits
 * as a number of an unknown country.
 */
export function phoneForms(value: string, side: Side, hint: CountryHint = null): readonly string[] {
  if (value.length > MAX_CHARS) return [];
  const text = plainOf(value)
    .replace(/^tel:/i, '')
    .replace(/^00(?=[\s(./-]*[1-9])/, '+');
  const parsed = parsePhoneNumberFromString(text, countryOf(hint));
  if (parsed?.isPossible()) {
    const national = parsed.formatNational().replace(/\D/g, '');
    return [parsed.number, side === 'list' ? `n:${national}` : `u:${national}`];
  }
  const digits = text.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15 || /^0+$/.test(digits)) return [];
  const forms = side === 'check' ? [`n:${digits}`, `u:${digits}`] : [`u:${digits}`];
  // Many files leave the plus out. Shorter ones are more likely national than they are international.
  const international = digits.length >= INTERNATIONAL_DIGITS ? parsePhoneNumberFromString(`+${digits}`) : undefined;
  return international?.isValid() ? [...forms, international.number] : forms;
}

/** The form of an opaque id: canonical characters, case kept, for ids that differ in case are different; UUIDs have none. */
function idForm(value: string): string {
  const text = value.normalize('NFC').replace(INVISIBLE, '').trim();
  return UUID.test(text) ? text.toLowerCase() : text;
}

/**
 * Every form under which an identifier is looked for. An id that is an address or a number is looked for as such too:
 * many shops use the e-mail address as user id.
 *
 * Shape   type: `email`, `phone`, anything else is an opaque id
 * Cost    a fraction of a microsecond for ids, some ten microseconds for telephone numbers
 */
export function matchForms(
  identifier: { readonly type: string; readonly value: string },
  side: Side,
  hint: CountryHint = null,
): readonly MatchForm[] {
  const { type, value } = identifier;
  if (namesNobody(value)) return [];
  const forms: MatchForm[] = [];
  const email = value.includes('@') || value.includes('\uff20') || value.includes('\ufe6b') ? emailForm(value) : null;
  if (email !== null) forms.push({ kind: 'email', form: email });
  const numbers = type === 'phone' || (type !== 'email' && /^(?:\+|tel:)/i.test(value.trim()));
  if (numbers) for (const form of phoneForms(value, side, hint)) forms.push({ kind: 'phone', form });
  if (type !== 'email' && type !== 'phone') forms.push({ kind: 'id', form: idForm(value) });
  return forms;
}

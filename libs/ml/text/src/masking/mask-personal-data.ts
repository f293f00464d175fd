import { withoutOverlaps, type Entity } from '../entities/entity';
import { findIbans, findIpAddresses } from './account-patterns';
import { findCardNumbers, findEmails, findPhones } from './personal-patterns';

/** What can be taken out of a text by its form. */
export const MASKED_KINDS = ['email', 'phone', 'card', 'iban', 'ip'] as const;
export type MaskedKind = (typeof MASKED_KINDS)[number];

/** What is taken out. */
export interface MaskOptions {
  /** All when absent. */
  readonly kinds?: readonly MaskedKind[];
  /** ISO 3166-1 country of national telephone numbers. */
  readonly country?: string;
  /**
   * Finds people by name: `findEnglishNames`, or `findKnownNames` of a gazetteer; what it calls people is taken out. Without
   * it names stay.
   */
  readonly people?: (text: string) => readonly Entity[];
}

/** A text without what was taken out, and how often that was; never what it was. */
export interface MaskedText {
  readonly text: string;
  readonly masked: Readonly<Record<MaskedKind | 'person', number>>;
}

/**
 * Replaces personal data in a text by what it was: `[email]`, `[phone]`, `[card]`, `[iban]`, `[ip]`,
 * `[person]`. Masking again changes
 * nothing. What no pattern knows stays: postal addresses, order numbers, names that the finder misses.
 *
 * Ties    of overlapping finds e-mail addresses count first, then account numbers, addresses of machines, cards, telephone
 *         numbers, people
 * Cost    linear in the text, beside what the finder of people costs
 */
export function maskPersonalData(
  text: string,
  { kinds = MASKED_KINDS, country, people }: MaskOptions = {},
): MaskedText {
  const finds = withoutOverlaps([
    kinds.includes('email') ? findEmails(text) : [],
    kinds.includes('iban') ? findIbans(text) : [],
    kinds.includes('ip') ? findIpAddresses(text) : [],
    kinds.includes('card') ? findCardNumbers(text) : [],
    kinds.includes('phone') ? findPhones(text, country) : [],
    people ? people(text).filter(({ kind }) => kind === 'person') : [],
  ]);
  const masked = { email: 0, phone: 0, card: 0, iban: 0, ip: 0, person: 0 };
  let out = '';
  let from = 0;
  for (const { kind, start, end } of finds) {
    const name = MASKED_KINDS.find((one) => one === kind) ?? 'person';
    out += `${text.slice(from, start)}[${name}]`;
    masked[name] += 1;
    from = end;
  }
  return { text: out + text.slice(from), masked };
}

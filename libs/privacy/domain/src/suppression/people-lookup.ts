import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { PeopleLookup, SuppressedIdentifier } from '@kohort/kernel-contracts';
import { matchForms } from './match-forms';

/** The ways in which a number's digits may stand in a trait. */
function digitsOf(form: string): readonly string[] {
  if (!form.startsWith('+')) return [form.slice(2)];
  const number = parsePhoneNumberFromString(form);
  const digits = form.slice(1);
  if (!number) return [digits];
  const national = number.formatNational().replace(/\D/g, '');
  return [digits, `00${digits}`, national, `${number.countryCallingCode}${national}`];
}

/** By what known people are looked for who have one of these identifiers. */
export function peopleLookup(identifiers: readonly SuppressedIdentifier[]): PeopleLookup {
  const [ids, emails, phones] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const identifier of identifiers) {
    for (const { kind, form } of matchForms(identifier, 'list')) {
      if (kind === 'email') emails.add(form);
      else if (kind === 'phone') for (const digits of digitsOf(form)) phones.add(digits);
      else for (const id of [identifier.value, identifier.value.trim(), form]) ids.add(id);
    }
  }
  return { ids: [...ids], emails: [...emails], phones: [...phones] };
}

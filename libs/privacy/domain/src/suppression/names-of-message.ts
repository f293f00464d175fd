import type { Json, JsonObject, ScreenedMessage, SuppressedIdentifier } from '@kohort/kernel-contracts';
import type { CountryHint } from './match-forms';

/** Everything that names a person in a message, and where their national telephone numbers may be from. */
export interface MessageNames {
  readonly identifiers: readonly SuppressedIdentifier[];
  readonly country: CountryHint;
}

/** Members that hold an address or a number, as slugs: lower case, letters alone. */
const CONTACTS: ReadonlyMap<string, 'email' | 'phone'> = new Map([
  ['email', 'email'],
  ['emailaddress', 'email'],
  ['mail', 'email'],
  ['phone', 'phone'],
  ['phonenumber', 'phone'],
  ['mobile', 'phone'],
  ['mobilephone', 'phone'],
  ['mobilenumber', 'phone'],
  ['telephone', 'phone'],
  ['cell', 'phone'],
  ['cellphone', 'phone'],
]);
const DEVICE_FIELDS = ['id', 'advertisingId', 'token'] as const;
const MAX_EXTERNAL_IDS = 50;

function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

function textOf(value: Json | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** The addresses and numbers among the members of an object. */
function contactsOf(holder: JsonObject | null): SuppressedIdentifier[] {
  const found: SuppressedIdentifier[] = [];
  for (const key in holder) {
    const type = CONTACTS.get(key) ?? CONTACTS.get(key.toLowerCase().replace(/[^a-z]/g, ''));
    const value = type === undefined ? null : textOf(holder[key]);
    if (type !== undefined && value !== null) found.push({ type, value });
  }
  return found;
}

function externalIds(context: JsonObject): SuppressedIdentifier[] {
  const list = context['externalIds'];
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_EXTERNAL_IDS).flatMap((entry: Json) => {
    const [type, value] = [textOf(objectOf(entry)?.['type']), textOf(objectOf(entry)?.['id'])];
    return value === null ? [] : [{ type: type ?? 'id', value }];
  });
}

function deviceIds(context: JsonObject): SuppressedIdentifier[] {
  const device = objectOf(context['device']);
  return DEVICE_FIELDS.flatMap((field) => {
    const value = textOf(device?.[field]);
    return value === null ? [] : [{ type: 'device_id', value }];
  });
}

function countryOf(holders: readonly (JsonObject | null)[], context: JsonObject): CountryHint {
  for (const holder of holders) {
    for (const part of [holder, objectOf(holder?.['address'])]) {
      const country = textOf(part?.['country']) ?? textOf(part?.['countryCode']);
      if (country !== null && /^[a-z]{2}$/i.test(country.trim())) return country;
    }
  }
  const locale = /^[a-z]{2,3}[-_]([a-z]{2})\b/i.exec(textOf(context['locale']) ?? '');
  return locale?.[1] ?? null;
}

/**
 * What names a person in a message: user, anonymous and previous id, external and device ids, and e-mail addresses and
 * telephone numbers in traits and properties. A group call's traits describe the group.
 */
export function namesOfMessage(message: ScreenedMessage): MessageNames {
  const context = message.context ?? {};
  const identifiers: SuppressedIdentifier[] = [];
  if (message.userId !== null) identifiers.push({ type: 'user_id', value: message.userId });
  if (message.anonymousId !== null) identifiers.push({ type: 'anonymous_id', value: message.anonymousId });
  if (message.previousId !== null) identifiers.push({ type: 'previous_id', value: message.previousId });
  const traits = message.type === 'group' ? null : message.traits;
  const holders = [traits, message.properties ?? null, objectOf(context['traits'])];
  for (const holder of holders) identifiers.push(...contactsOf(holder));
  identifiers.push(...externalIds(context), ...deviceIds(context));
  return { identifiers, country: countryOf(holders, context) };
}

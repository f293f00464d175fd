import { createHash } from 'node:crypto';
import type { Json, JsonObject, MembershipDelta } from '@kohort/kernel-contracts';

const SECRET_HEADER = /authori[sz]ation|signature|api[-_]?key|token|cookie|secret|credential/i;
const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.[\p{L}]{2,}/gu;
const PHONE = /\+?\d[\d ().-]{7,}\d/g;
const MAX_MESSAGE = 200;

/** Values to blank: secrets of the destination, and what the page says about people. */
export interface Blanks {
  readonly secrets: readonly string[];
  readonly personal: readonly string[];
}

function forms(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '');
  const basic = Buffer.from(`${secret}:`, 'utf8').toString('base64').replace(/=+$/, '');
  return [secret, encodeURIComponent(secret), base64, basic, JSON.stringify(secret).slice(1, -1)];
}

/** A stand-in that is the same for the same value within one page, so that a dry run can still be read. */
function standIn(value: string): string {
  return `[personal ${createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 6)}]`;
}

/** The personal values of a page: identifiers, and traits that are text. Profile ids are ours and stay. */
export function personalValues(changes: readonly MembershipDelta[]): readonly string[] {
  const values = new Set<string>();
  for (const change of changes) {
    for (const list of Object.values(change.identifiers)) for (const value of list) values.add(value);
    for (const value of Object.values(change.traits)) if (typeof value === 'string') values.add(value);
  }
  return [...values].filter((value) => value.length >= 2);
}

/** Builds the function that blanks a text. Longer values are replaced first, so that no part of one is left over. */
export function createRedactor(blanks: Blanks): (text: string) => string {
  const pairs = new Map<string, string>();
  for (const value of blanks.personal) {
    pairs.set(value, standIn(value));
    pairs.set(JSON.stringify(value).slice(1, -1), standIn(value));
  }
  for (const secret of blanks.secrets) for (const form of forms(secret)) pairs.set(form, '[secret]');
  const ordered = [...pairs].filter(([value]) => value !== '').sort(([a], [b]) => b.length - a.length);
  return (text) => ordered.reduce((blanked, [value, by]) => blanked.split(value).join(by), text);
}

/** Blanks every text in a JSON value; headers that carry credentials go whole. */
export function redactJson(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, redact));
  if (value !== null && typeof value === 'object') {
    const blanked: Record<string, Json> = {};
    for (const [key, held] of Object.entries(value))
      blanked[redact(key)] =
        SECRET_HEADER.test(key) && typeof held === 'string' ? '[secret]' : redactJson(held, redact);
    return blanked;
  }
  return value;
}

/** Blanks an object, key by key. */
export function redactObject(value: JsonObject, redact: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, redactJson(held, redact)]));
}

/** A destination's own words, fit for a log: known values and whatever looks like an address or a number blanked. */
export function scrubMessage(message: string, redact: (text: string) => string): string {
  const blanked = redact(message).replace(EMAIL, '[e-mail]').replace(PHONE, '[number]');
  return blanked.length > MAX_MESSAGE ? `${blanked.slice(0, MAX_MESSAGE - 1)}…` : blanked;
}

import type { Json, ReplayChange } from '@kohort/kernel-contracts';
import { isPlainObject } from './plain-object';

type Cast = NonNullable<ReplayChange['cast']>[string];

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,3})?$/;

function numberOf(value: Json): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !NUMBER.test(value.trim())) return null;
  const number = Number(value.trim());
  return Number.isFinite(number) ? number : null;
}

function booleanOf(value: Json): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = String(value).trim().toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : null;
}

function cast(value: Json, to: Cast): Json {
  if (value === null) return null;
  if (to === 'string') return typeof value === 'object' ? value : String(value);
  if (to === 'boolean') return booleanOf(value) ?? value;
  const number = numberOf(value);
  if (number === null || (to === 'integer' && !Number.isInteger(number))) return value;
  return number;
}

function changed(values: Readonly<Record<string, Json>>, change: ReplayChange): Record<string, Json> {
  const dropped = new Set(change.drop);
  const entries = Object.entries(values)
    .filter(([name]) => !dropped.has(name))
    .map(([name, value]): [string, Json] => [change.rename?.[name] ?? name, value]);
  return Object.fromEntries(
    entries.map(([name, value]): [string, Json] => {
      const to = change.cast?.[name];
      return [name, to === undefined ? value : cast(value, to)];
    }),
  );
}

/**
 * Changes a message before it is sent through the door again: drops, then renames, then casts what stands at the top of
 * its properties and traits, and renames its event. A value that cannot be cast stays, for the plan to judge.
 *
 * Ties  a cast names the new name; of two properties that get one name the later one stays
 */
export function changeItem(item: Json, change: ReplayChange | null): Json {
  if (change === null || !isPlainObject(item)) return item;
  const made: Record<string, Json> = { ...(item as Readonly<Record<string, Json>>) };
  for (const part of ['properties', 'traits'] as const) {
    const values = made[part];
    if (isPlainObject(values)) made[part] = changed(values as Readonly<Record<string, Json>>, change);
  }
  if (change.event !== undefined && typeof made['event'] === 'string') made['event'] = change.event;
  return made;
}

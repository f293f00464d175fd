import { seededRandom } from '@kohort/kernel-clock-random';
import type { Identifier, IdentityRules, UnassignedEvent } from '@kohort/kernel-contracts';
import { CompiledRules } from '../src/rules/compile-rules';
import { identifierKey, identifiersOfEvent } from '../src/rules/event-identifiers';
import { MemoryIdentity } from './memory-identity';
import { arrival, randomEvents, randomRules } from './random-world';

function filled(rules: IdentityRules, batches: readonly (readonly UnassignedEvent[])[]): MemoryIdentity {
  const store = new MemoryIdentity(rules);
  for (const batch of batches) store.apply(batch);
  return store;
}

/** Two worlds, each other's equal when the promise holds. */
export interface Comparison {
  readonly wanted: unknown;
  readonly found: unknown;
}

/** The people of the same events in two orders and cuts; the second with repeats. */
export function twoOrders(seed: number): Comparison & { readonly regrouped: number } {
  const [events, rules] = [randomEvents(seed), randomRules(seed)];
  const whole = filled(rules, [events]);
  const batches = arrival(events, seed);
  const other = filled(rules, [...batches, ...batches]);
  return { wanted: whole.picture(), found: other.picture(), regrouped: other.regrouped };
}

/**
 * A world in which merges were taken back in the course of things, against one in which those links never were. Null
 * where nothing was merged.
 */
export function unmerged(seed: number): Comparison | null {
  const [events, rules] = [randomEvents(seed), randomRules(seed)];
  const random = seededRandom(seed).split('unmerge');
  const batches = arrival(events, seed);
  const world = new MemoryIdentity(rules);
  const barred: (readonly [Identifier, Identifier])[] = [];
  batches.forEach((batch, i) => {
    world.apply(batch);
    const entry = world.log[random.int(Math.max(1, world.log.length))];
    if (!entry || (random.int(3) > 0 && i + 1 < batches.length)) return;
    barred.push(entry.link);
    world.bar(entry.link);
  });
  if (barred.length === 0) return null;
  const never = new MemoryIdentity(rules);
  for (const link of barred) never.bar(link);
  for (const batch of arrival(events, seed + 1)) never.apply(batch);
  return { wanted: never.picture(), found: world.picture() };
}

/** A workspace whose rules changed in the middle, and that was made anew, against one that had the new ones from the start. */
export function rebuilt(seed: number): Comparison {
  const [events, rules] = [randomEvents(seed), randomRules(seed)];
  const store = filled(randomRules(seed + 7_919), arrival(events.slice(0, Math.ceil(events.length / 2)), seed));
  const [merge] = store.log;
  if (merge && seed % 3 === 0) store.bar(merge.link);
  const late = new MemoryIdentity(rules);
  if (merge && seed % 3 === 0) late.bar(merge.link);
  for (const batch of [...arrival(events, seed + 1)]) late.apply(batch);
  const half = arrival(events.slice(Math.ceil(events.length / 2)), seed);
  store.rebuild(rules);
  for (const batch of half) store.apply(batch);
  return { wanted: late.picture(), found: store.picture() };
}

/** No event counts for two people, none for somebody who was merged away, and everybody has an event. */
export function isWhole(store: MemoryIdentity): boolean {
  const live = new Set(
    [...store.profiles.values()].filter(({ mergedInto }) => mergedInto === null).map(({ id }) => id),
  );
  const counted = new Set(store.owners.values());
  return (
    [...store.owners.values()].every((owner) => live.has(owner)) &&
    [...store.identifiers.values()].every(({ profileId }) => live.has(profileId)) &&
    [...live].every((id) => counted.has(id))
  );
}

/** Groups of identifiers by going through the events one after the other, with nothing but lists: for simple rules. */
export function naiveGroups(events: readonly UnassignedEvent[], rules: IdentityRules): readonly (readonly string[])[] {
  const compiled = new CompiledRules(rules);
  const sorted = [...events].sort((a, b) => a.ts - b.ts || (a.messageId < b.messageId ? -1 : 1));
  const firstAt = new Map<string, number>();
  for (const event of sorted) {
    for (const one of identifiersOfEvent(event, compiled)) {
      if (!firstAt.has(identifierKey(one))) firstAt.set(identifierKey(one), event.ts);
    }
  }
  let groups: string[][] = [...firstAt.keys()].map((key) => [key]);
  const counts = (group: readonly string[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const key of group) {
      const limit = compiled.limitKeyOf(key.split('\u0000')[0] ?? '', firstAt.get(key) ?? 0);
      if (limit !== null) found.set(limit, (found.get(limit) ?? 0) + 1);
    }
    return found;
  };
  for (const event of sorted) {
    const [first, ...others] = identifiersOfEvent(event, compiled).map(identifierKey);
    for (const other of others) {
      const here = groups.find((group) => first !== undefined && group.includes(first));
      const there = groups.find((group) => group.includes(other));
      if (!here || !there || here === there) continue;
      const [left, right] = [counts(here), counts(there)];
      const fits = [...left].every(([key, n]) => !right.has(key) || n + (right.get(key) ?? 0) <= compiled.limitOf(key));
      if (fits) groups = [...groups.filter((group) => group !== here && group !== there), [...here, ...there]];
    }
  }
  return groups;
}

import type { Json, JsonObject } from '@kohort/kernel-contracts';
import { compareCodePoints } from '../values/code-points';

/** One event of a profile, at its event time. */
export interface HistoryEvent {
  readonly id: string;
  readonly name: string;
  /** Epoch milliseconds, whole. */
  readonly time: number;
  readonly properties: JsonObject;
}

/** A trait's value from `time` on, until the next one. JSON null removes the trait. */
export interface TraitValue {
  readonly time: number;
  readonly messageId: string;
  readonly value: Json;
}

/** The score of a model's live version: probability 0 to 1, percentile 0 to 100. */
export interface PredictionScore {
  readonly probability: number;
  readonly percentile: number;
}

/** The cluster of a model's live version, with a confidence of 0 to 1. */
export interface ClusterAssignment {
  readonly cluster: string;
  readonly confidence: number;
}

/** What is given about a profile, in any order and with any repetition. */
export interface HistoryInit {
  readonly profileId: string;
  readonly events?: Iterable<HistoryEvent>;
  readonly traits?: Iterable<TraitValue & { readonly key: string }>;
  /** Keys of the segments that the profile is in; asked for segments whose rule is not known. */
  readonly memberships?: Iterable<string>;
  readonly predictions?: Iterable<PredictionScore & { readonly model: string }>;
  readonly clusters?: Iterable<ClusterAssignment & { readonly model: string }>;
  /** Purposes to which consent is given; of every other it is not. */
  readonly consents?: Iterable<string>;
  /** Of a person the accounts, of an account the people. */
  readonly related?: Iterable<Related>;
  /** Of an account whose people are not given: how many they are, by the keys of what rules ask of them. */
  readonly crowd?: ReadonlyMap<string, CrowdTally>;
}

/** For how many people of an account something holds. Instants are epoch milliseconds. */
export interface CrowdTally {
  readonly matching: number;
  readonly total: number;
  /** When the answer of one of them turns; null for never. It may turn back, or another the other way, at the same instant. */
  readonly soonest: number | null;
}

/** One to whom a relation leads, from an instant on: an account of a person, or a person of an account. */
export interface Related {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly history: History;
}

/** Everything a rule can ask about one profile, in one canonical order: a function of the set of records alone. */
export interface History {
  readonly profileId: string;
  /** By (time, id), each id once. */
  readonly events: readonly HistoryEvent[];
  /** Trait key → values by time, one for each instant (the greatest messageId's). */
  readonly traits: ReadonlyMap<string, readonly TraitValue[]>;
  readonly memberships: ReadonlySet<string>;
  readonly predictions: ReadonlyMap<string, PredictionScore>;
  readonly clusters: ReadonlyMap<string, ClusterAssignment>;
  readonly consents: ReadonlySet<string>;
  /** By profile id; each once, since the earliest instant that was given. */
  readonly related: readonly Related[];
  /** Null: `related` are all. */
  readonly crowd: ReadonlyMap<string, CrowdTally> | null;
}

const byTimeThenId = (a: { time: number; id: string }, b: { time: number; id: string }): number =>
  a.time - b.time || compareCodePoints(a.id, b.id);

function sortTraits(values: Iterable<TraitValue & { readonly key: string }>): Map<string, TraitValue[]> {
  const byKey = new Map<string, TraitValue[]>();
  let many: Set<string> | null = null;
  for (const value of values) {
    const list = byKey.get(value.key);
    if (list === undefined) {
      byKey.set(value.key, [value]);
      continue;
    }
    list.push(value);
    many ??= new Set();
    many.add(value.key);
  }
  for (const key of many ?? []) {
    const list = byKey.get(key) ?? [];
    list.sort((a, b) => a.time - b.time || compareCodePoints(a.messageId, b.messageId));
    byKey.set(
      key,
      list.filter((value, index) => list[index + 1]?.time !== value.time),
    );
  }
  return byKey;
}

const isInOrder = (events: readonly HistoryEvent[]): boolean => {
  for (let i = 1; i < events.length; i += 1) {
    const [one, next] = [events[i - 1], events[i]];
    if (one !== undefined && next !== undefined && byTimeThenId(one, next) > 0) return false;
  }
  return true;
};

/** Each id once, in order; events that come in order are not sorted again. */
function sortEvents(given: Iterable<HistoryEvent>): readonly HistoryEvent[] {
  const ids = new Set<string>();
  const events: HistoryEvent[] = [];
  for (const event of given) {
    if (ids.has(event.id)) continue;
    ids.add(event.id);
    events.push(event);
  }
  return isInOrder(events) ? events : events.sort(byTimeThenId);
}

const NO_EVENTS: readonly HistoryEvent[] = [];
const NO_KEYS: ReadonlySet<string> = new Set();
const NO_SCORES: ReadonlyMap<string, PredictionScore> = new Map();
const NO_CLUSTERS: ReadonlyMap<string, ClusterAssignment> = new Map();
const byModel = <T extends { readonly model: string }>(list: Iterable<T>): Map<string, T> =>
  new Map([...list].map((entry) => [entry.model, entry]));

const NO_RELATED: readonly Related[] = [];

function sortRelated(given: Iterable<Related>): readonly Related[] {
  const byId = new Map<string, Related>();
  for (const one of given) {
    const { profileId } = one.history;
    const known = byId.get(profileId);
    if (known === undefined || one.since < known.since) byId.set(profileId, one);
  }
  return [...byId.values()].sort((a, b) => compareCodePoints(a.history.profileId, b.history.profileId));
}

/**
 * Puts a profile's records in canonical order: the same set of records gives the same history, however they arrived.
 *
 * Ties    of two events with one id the first given stays (callers give the first stored); of two values of a trait at
 *         one instant the greater messageId wins
 * Cost    O(n log n)
 */
export function makeHistory(init: HistoryInit): History {
  return {
    profileId: init.profileId,
    events: init.events === undefined ? NO_EVENTS : sortEvents(init.events),
    traits: sortTraits(init.traits ?? []),
    memberships: init.memberships === undefined ? NO_KEYS : new Set(init.memberships),
    predictions: init.predictions === undefined ? NO_SCORES : byModel(init.predictions),
    clusters: init.clusters === undefined ? NO_CLUSTERS : byModel(init.clusters),
    consents: init.consents === undefined ? NO_KEYS : new Set(init.consents),
    related: init.related === undefined ? NO_RELATED : sortRelated(init.related),
    crowd: init.crowd ?? null,
  };
}

import type { Json } from '@kohort/kernel-contracts';
import type { ParsedSelection } from '../rule/parsed-rule';
import { readPath } from '../rule/property-path';
import { UNIT_MS } from '../time/duration';
import { compileCondition, type Condition } from './condition';
import type { History, HistoryEvent } from './history';
import { earlier, firstAbove, nextAbove } from './sorted-times';
import type { TimeRange } from './time-window';

/** A selection ready to run: its names and its comparisons. `ref`s are resolved by the sequence that holds it. */
export interface EventMatcher {
  readonly key: string;
  /** null: of every name. */
  readonly names: readonly string[] | null;
  readonly hasName: (name: string) => boolean;
  readonly conditions: readonly {
    readonly read: (event: HistoryEvent) => Json | undefined;
    readonly condition: Condition;
  }[];
  /** True when a comparison depends on `now`, so that matches must be sought anew at every instant. */
  readonly isTimed: boolean;
}

/** Prepares the comparisons of a selection that need no earlier step. */
export function compileSelection(selection: ParsedSelection, zone: string): EventMatcher {
  const names = selection.names === null ? null : new Set(selection.names);
  const conditions = selection.where
    .filter((condition) => condition.ref === null)
    .map((parsed) => ({
      read: (event: HistoryEvent) => readPath(event.properties, parsed.path.steps),
      condition: compileCondition(parsed, zone),
    }));
  return {
    key: `${zone} ${selection.key}`,
    names: names === null ? null : [...names],
    hasName: (name) => names === null || names.has(name),
    conditions,
    isTimed: conditions.some(({ condition }) => condition.nextCandidate !== undefined),
  };
}

/** Whether an event has the selection's name and passes its comparisons. */
export function matchesEvent(matcher: EventMatcher, event: HistoryEvent, now: number): boolean {
  return (
    matcher.hasName(event.name) && matcher.conditions.every(({ read, condition }) => condition.test(read(event), now))
  );
}

/** Events of one selection in (time, id) order with their times, and where they stand among all. */
export interface SelectedEvents {
  readonly events: readonly HistoryEvent[];
  readonly times: readonly number[];
  readonly indexes: readonly number[];
}

/** Anniversaries of event properties are followed this long past the last event: one whole round of leap years. */
const PERIODIC_YEARS = 9;

/** A profile's events with what many leaves ask of them, each selection sought once. */
export class EventIndex {
  // Made when they are asked for: many profiles have no events that any rule names.
  private selections: Map<string, SelectedEvents> | null = null;
  private changes: Map<string, readonly number[]> | null = null;
  private untimed: Map<string, SelectedEvents> | null = null;
  private allTimes: readonly number[] | null = null;
  private byName: Map<string, number[]> | null = null;

  constructor(
    readonly history: History,
    readonly now: number,
  ) {}

  /** Times of all events, ascending. */
  get times(): readonly number[] {
    this.allTimes ??= this.history.events.map((event) => event.time);
    return this.allTimes;
  }

  private get periodicUntil(): number {
    return Math.max(this.now, this.times.at(-1) ?? this.now) + PERIODIC_YEARS * 366 * UNIT_MS.day;
  }

  /** The events of a selection as they stand at `now`; later events are among them and are cut by the window. */
  select(matcher: EventMatcher, now: number): SelectedEvents {
    if (matcher.isTimed) return this.search(matcher, now);
    this.selections ??= new Map();
    const known = this.selections.get(matcher.key);
    if (known !== undefined) return known;
    const found = this.search(matcher, now);
    this.selections.set(matcher.key, found);
    return found;
  }

  /** Smallest instant after `now` at which the selection itself, not its window, may change. */
  nextMatchChange(matcher: EventMatcher, now: number): number | null {
    if (!matcher.isTimed) return null;
    let next = nextAbove(this.matchChanges(matcher), now);
    const periodic = matcher.conditions.filter(({ condition }) => condition.isPeriodic === true);
    for (const event of periodic.length === 0 ? [] : this.named(matcher).events) {
      for (const { read, condition } of periodic) {
        const candidate = condition.nextCandidate?.(read(event), now) ?? null;
        if (candidate !== null && candidate <= this.periodicUntil) next = earlier(next, candidate);
      }
    }
    return next;
  }

  /** All instants at which comparisons with an end may let an event in or out, ascending. */
  private matchChanges(matcher: EventMatcher): readonly number[] {
    this.changes ??= new Map();
    const known = this.changes.get(matcher.key);
    if (known !== undefined) return known;
    const found = this.named(matcher).events.flatMap((event) =>
      matcher.conditions.flatMap(({ read, condition }) => condition.changes?.(read(event)) ?? []),
    );
    const sorted = [...new Set(found)].sort((a, b) => a - b);
    this.changes.set(matcher.key, sorted);
    return sorted;
  }

  /** The events that pass everything in which time has no part; sought once. */
  private named(matcher: EventMatcher): SelectedEvents {
    this.untimed ??= new Map();
    const known = this.untimed.get(matcher.key);
    if (known !== undefined) return known;
    const still = matcher.conditions.filter(({ condition }) => condition.nextCandidate === undefined);
    const found = this.chosen(this.indexesOf(matcher.names), (event) =>
      still.every(({ read, condition }) => condition.test(read(event), 0)),
    );
    this.untimed.set(matcher.key, found);
    return found;
  }

  private search(matcher: EventMatcher, now: number): SelectedEvents {
    const { conditions } = matcher;
    const among = matcher.isTimed ? this.named(matcher).indexes : this.indexesOf(matcher.names);
    return this.chosen(
      among,
      conditions.length === 0
        ? null
        : (event) => conditions.every(({ read, condition }) => condition.test(read(event), now)),
    );
  }

  private chosen(among: readonly number[], isWanted: ((event: HistoryEvent) => boolean) | null): SelectedEvents {
    const events: HistoryEvent[] = [];
    const times: number[] = [];
    const indexes: number[] = [];
    for (const i of among) {
      const event = this.history.events[i];
      if (event === undefined || isWanted?.(event) === false) continue;
      events.push(event);
      times.push(event.time);
      indexes.push(i);
    }
    return { events, times, indexes };
  }

  /** Where the events of these names stand, ascending; all of them for null. Events are sorted by name once. */
  private indexesOf(names: readonly string[] | null): readonly number[] {
    if (names === null) return this.history.events.map((_, i) => i);
    if (this.byName === null) {
      this.byName = new Map();
      for (let i = 0; i < this.history.events.length; i += 1) {
        const name = this.history.events[i]?.name ?? '';
        const list = this.byName.get(name);
        if (list === undefined) this.byName.set(name, [i]);
        else list.push(i);
      }
    }
    const groups = names.flatMap((name) => {
      const group = this.byName?.get(name);
      return group === undefined ? [] : [group];
    });
    return groups.length === 1 ? (groups[0] ?? []) : groups.flat().sort((a, b) => a - b);
  }
}

/** The stretch of selected events that a range holds: indexes `start ≤ i < end`. */
export function sliceOf({ times }: SelectedEvents, { from, to }: TimeRange): { start: number; end: number } {
  const start = firstAbove(times, from - 1);
  return { start, end: Math.max(start, firstAbove(times, to - 1)) };
}

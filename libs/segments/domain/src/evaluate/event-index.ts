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

/** Events of one selection in (time, id) order with their times. */
export interface SelectedEvents {
  readonly events: readonly HistoryEvent[];
  readonly times: readonly number[];
}

/** Anniversaries of event properties are followed this long past the last event: one whole round of leap years. */
const PERIODIC_YEARS = 9;

/** A profile's events with what many leaves ask of them, each selection sought once. */
export class EventIndex {
  readonly times: readonly number[];
  private readonly periodicUntil: number;
  private readonly selections = new Map<string, SelectedEvents>();
  private readonly changes = new Map<string, readonly number[]>();
  private readonly untimed = new Map<string, readonly HistoryEvent[]>();

  constructor(
    readonly history: History,
    now: number,
  ) {
    this.times = history.events.map((event) => event.time);
    this.periodicUntil = Math.max(now, this.times.at(-1) ?? now) + PERIODIC_YEARS * 366 * UNIT_MS.day;
  }

  /** The events of a selection as they stand at `now`; later events are among them and are cut by the window. */
  select(matcher: EventMatcher, now: number): SelectedEvents {
    if (matcher.isTimed) return this.search(matcher, now);
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
    for (const event of periodic.length === 0 ? [] : this.named(matcher)) {
      for (const { read, condition } of periodic) {
        const candidate = condition.nextCandidate?.(read(event), now) ?? null;
        if (candidate !== null && candidate <= this.periodicUntil) next = earlier(next, candidate);
      }
    }
    return next;
  }

  /** All instants at which comparisons with an end may let an event in or out, ascending. */
  private matchChanges(matcher: EventMatcher): readonly number[] {
    const known = this.changes.get(matcher.key);
    if (known !== undefined) return known;
    const found = this.named(matcher).flatMap((event) =>
      matcher.conditions.flatMap(({ read, condition }) => condition.changes?.(read(event)) ?? []),
    );
    const sorted = [...new Set(found)].sort((a, b) => a - b);
    this.changes.set(matcher.key, sorted);
    return sorted;
  }

  /** The events that pass everything in which time has no part; sought once. */
  private named(matcher: EventMatcher): readonly HistoryEvent[] {
    const known = this.untimed.get(matcher.key);
    if (known !== undefined) return known;
    const still = matcher.conditions.filter(({ condition }) => condition.nextCandidate === undefined);
    const found = this.history.events.filter(
      (event) => matcher.hasName(event.name) && still.every(({ read, condition }) => condition.test(read(event), 0)),
    );
    this.untimed.set(matcher.key, found);
    return found;
  }

  private search(matcher: EventMatcher, now: number): SelectedEvents {
    const among = matcher.isTimed ? this.named(matcher) : this.history.events;
    const events = among.filter((event) => matchesEvent(matcher, event, now));
    return { events, times: events.map((event) => event.time) };
  }
}

/** The stretch of selected events that a range holds: indexes `start ≤ i < end`. */
export function sliceOf({ times }: SelectedEvents, { from, to }: TimeRange): { start: number; end: number } {
  const start = firstAbove(times, from - 1);
  return { start, end: Math.max(start, firstAbove(times, to - 1)) };
}

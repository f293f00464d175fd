import type { Json } from '@kohort/kernel-contracts';
import type { ParsedSelection, ParsedSequence, ParsedWithout } from '../rule/parsed-rule';
import { readPath } from '../rule/property-path';
import { stableJson } from '../values/stable-json';
import { compileCondition, type Condition } from './condition';
import { compileSelection, matchesEvent, sliceOf, type EventIndex, type EventMatcher } from './event-index';
import type { HistoryEvent } from './history';
import { firstAbove } from './sorted-times';
import type { TimeRange } from './time-window';

/** A comparison with a property of an earlier step. */
interface StepRef {
  readonly own: (event: HistoryEvent) => Json | undefined;
  readonly step: number;
  readonly other: (event: HistoryEvent) => Json | undefined;
  readonly condition: Condition;
  readonly isEquality: boolean;
}

interface PlannedSelection {
  readonly matcher: EventMatcher;
  readonly refs: readonly StepRef[];
}

interface PlannedWithout extends PlannedSelection {
  readonly rule: ParsedWithout;
}

/** A sequence ready to be sought. */
export interface SequencePlan {
  readonly parsed: ParsedSequence;
  readonly steps: readonly PlannedSelection[];
  readonly without: readonly PlannedWithout[];
  /** For each step, the steps before its predecessor that something from it on still looks at. */
  readonly live: readonly (readonly number[])[];
  /** True when which events match depends on `now`. */
  readonly isTimed: boolean;
}

function planSelection(selection: ParsedSelection, names: readonly string[], zone: string): PlannedSelection {
  const refs = selection.where.flatMap((parsed): StepRef[] => {
    const { ref } = parsed;
    if (ref === null) return [];
    return [
      {
        own: (event) => readPath(event.properties, parsed.path.steps),
        step: names.indexOf(ref.step ?? ''),
        other: (event) => readPath(event.properties, ref.steps),
        condition: compileCondition(parsed, zone),
        isEquality: parsed.op === 'eq',
      },
    ];
  });
  return { matcher: compileSelection(selection, zone), refs };
}

/** Prepares a sequence. */
export function planSequenceSearch(parsed: ParsedSequence, zone: string): SequencePlan {
  const names = parsed.steps.map((step) => step.as);
  const steps = parsed.steps.map((step) => planSelection(step.event, names, zone));
  const without = parsed.without.map((rule) => ({ rule, ...planSelection(rule.event, names, zone) }));
  const live = steps.map((_, i) => {
    const looked = new Set<number>();
    steps.slice(i).forEach((step) => step.refs.forEach((ref) => looked.add(ref.step)));
    for (const { rule, refs } of without) {
      if ((rule.before ?? rule.after) < i) continue;
      looked.add(rule.after);
      refs.forEach((ref) => looked.add(ref.step));
    }
    return [...looked].filter((step) => step < i - 1).sort((a, b) => a - b);
  });
  const isTimed = [...steps, ...without].some(({ matcher }) => matcher.isTimed);
  return { parsed, steps, without, live, isTimed };
}

/** Seeks matches of one sequence in one profile's events as of one instant. */
export class SequenceSearch {
  private readonly failed = new Set<string>();
  private readonly keys = new Map<number, string | undefined>();
  private readonly grouped = new Map<number, Map<string, number[]>>();
  private readonly found = new Map<string, readonly number[] | null>();
  private readonly candidates: readonly (readonly number[])[];
  private readonly events: readonly HistoryEvent[];
  private readonly times: readonly number[];

  constructor(
    private readonly plan: SequencePlan,
    index: EventIndex,
    private readonly scope: { readonly now: number; readonly range: TimeRange },
  ) {
    this.events = index.history.events;
    this.times = index.times;
    // What several rules, and several instants, look for is sought once.
    const matching = plan.steps.map(({ matcher }) => {
      const selected = index.select(matcher, scope.now);
      const { start, end } = sliceOf(selected, scope.range);
      return selected.indexes.slice(start, end);
    });
    this.candidates = this.withFollowers(matching);
  }

  /** From the last step back: an event that no event of the next step can follow begins nothing. */
  private withFollowers(matching: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const kept = [...matching];
    for (let step = matching.length - 2; step >= 0; step -= 1) {
      const following = kept[step + 1] ?? [];
      kept[step] = (matching[step] ?? []).filter((i) => {
        const { first, end } = this.stretch(following, step + 1, i);
        return first < end;
      });
    }
    return kept;
  }

  /** The earliest or the latest match (by its first step, then its second, …), as indexes of events; null when none. */
  find(which: 'earliest' | 'latest'): readonly number[] | null {
    const known = this.found.get(which);
    if (known !== undefined) return known;
    const match = this.extend([], null, which);
    this.found.set(which, match);
    return match;
  }

  private extend(chain: readonly number[], key: string | null, which: 'earliest' | 'latest'): readonly number[] | null {
    const step = chain.length;
    if (step === this.plan.steps.length) return chain;
    const live = (this.plan.live[step] ?? []).map((i) => chain[i]).join(',');
    const state = `${step} ${chain.at(-1) ?? ''} ${live} ${key ?? ''}`;
    if (this.failed.has(state)) return null;
    const candidates = this.candidatesOf(step, key, chain);
    const { first, end } = this.stretch(candidates, step, chain.at(-1));
    for (let n = first; n < end; n += 1) {
      const i = candidates[which === 'earliest' ? n : end - 1 - (n - first)] ?? -1;
      const nextKey = this.keyOf(i);
      if (nextKey === undefined) continue;
      const longer = [...chain, i];
      if (!this.isAllowed(longer)) continue;
      const found = this.extend(longer, nextKey, which);
      if (found !== null) return found;
    }
    this.failed.add(state);
    return null;
  }

  /** The candidates of a step that agree with the chain on the key and on the step's first equality. */
  private candidatesOf(step: number, key: string | null, chain: readonly number[]): readonly number[] {
    const equality = this.plan.steps[step]?.refs.find(({ isEquality }) => isEquality);
    const isKeyed = key !== null && this.plan.parsed.keyBy !== null;
    if (equality === undefined && !isKeyed) return this.candidates[step] ?? [];
    const group = (i: number): string => {
      const event = this.events[i];
      const own = equality === undefined || event === undefined ? '' : stableJson(equality.own(event) ?? null);
      return `${isKeyed ? (this.keyOf(i) ?? '') : ''} ${own}`;
    };
    let groups = this.grouped.get(step);
    if (groups === undefined) {
      groups = new Map<string, number[]>();
      for (const i of this.candidates[step] ?? []) {
        const list = groups.get(group(i));
        if (list === undefined) groups.set(group(i), [i]);
        else list.push(i);
      }
      this.grouped.set(step, groups);
    }
    const other = equality === undefined ? undefined : this.events[chain[equality.step] ?? -1];
    const wanted = equality === undefined || other === undefined ? '' : stableJson(equality.other(other) ?? null);
    return groups.get(`${isKeyed ? key : ''} ${wanted}`) ?? [];
  }

  /** The candidates that keep the gap to the event before, and follow it at once where the order is strict. */
  private stretch(
    candidates: readonly number[],
    step: number,
    previous: number | undefined,
  ): { first: number; end: number } {
    const { steps, strict } = this.plan.parsed;
    const bounds = steps[step];
    if (previous === undefined || bounds === undefined) return { first: 0, end: candidates.length };
    const since = this.timeOf(previous);
    const { times } = this;
    const [earliest, latest] = [
      firstAbove(times, since + bounds.minGapMs - 1),
      firstAbove(times, since + bounds.maxGapMs),
    ];
    const first = firstAbove(candidates, Math.max(previous, earliest - 1));
    const last = strict ? Math.min(latest, previous + 2) : latest;
    return { first, end: Math.max(first, firstAbove(candidates, last - 1)) };
  }

  private timeOf(i: number): number {
    return this.times[i] ?? Infinity;
  }

  /** The key on which all steps must agree: undefined when the event has none, '' when the rule asks for none. */
  private keyOf(i: number): string | undefined {
    const { keyBy } = this.plan.parsed;
    if (keyBy === null) return '';
    const known = this.keys.get(i);
    if (known !== undefined) return known;
    const value = readPath(this.events[i]?.properties, keyBy.steps);
    const key = value === undefined ? undefined : stableJson(value);
    this.keys.set(i, key);
    return key;
  }

  private refsHold({ refs }: PlannedSelection, event: HistoryEvent, chain: readonly number[]): boolean {
    return refs.every(({ own, step, other, condition }) => {
      const earlierEvent = this.events[chain[step] ?? -1];
      return earlierEvent !== undefined && condition.test(own(event), this.scope.now, other(earlierEvent));
    });
  }

  /** Checks the references of the chain's last step and the `without`s that it completes. */
  private isAllowed(chain: readonly number[]): boolean {
    const step = chain.length - 1;
    const last = this.events[chain[step] ?? -1];
    const planned = this.plan.steps[step];
    if (last === undefined || planned === undefined || !this.refsHold(planned, last, chain)) return false;
    return this.plan.without.every((without) => {
      const { before, after, withinMs } = without.rule;
      if ((before ?? after) !== step) return true;
      const from = chain[after] ?? 0;
      if (before !== null) return !this.hasAny(without, { from: from + 1, to: chain[before] ?? 0 }, chain);
      const until = last.time + withinMs;
      if (this.scope.now < until) return false;
      const { times } = this;
      return !this.hasAny(without, { from: firstAbove(times, last.time), to: firstAbove(times, until) }, chain);
    });
  }

  /** Whether an event at one of the indexes `from ≤ i < to` is one that must not be. */
  private hasAny(
    without: PlannedWithout,
    { from, to }: { from: number; to: number },
    chain: readonly number[],
  ): boolean {
    for (let i = from; i < to; i += 1) {
      const event = this.events[i];
      if (event === undefined || !matchesEvent(without.matcher, event, this.scope.now)) continue;
      if (this.refsHold(without, event, chain)) return true;
    }
    return false;
  }
}

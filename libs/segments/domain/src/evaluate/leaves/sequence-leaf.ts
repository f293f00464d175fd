import type { ParsedSequence } from '../../rule/parsed-rule';
import { toSpan } from '../../time/duration';
import type { EventIndex } from '../event-index';
import { EVENT_IDS_SHOWN, type BoundLeaf, type LeafEvidence, type LeafFlip, type LeafPlan } from '../leaf';
import { planSequenceSearch, SequenceSearch, type SequencePlan } from '../sequence-search';
import { earlier, nextAbove } from '../sorted-times';
import { makeWindow, type TimeWindow } from '../time-window';
import { selectionText } from './event-leaf';

class SequenceLeaf implements BoundLeaf {
  private steps: readonly number[] | null = null;
  private last: { readonly now: number; readonly search: SequenceSearch } | null = null;

  constructor(
    private readonly plan: SequencePlan,
    private readonly window: TimeWindow,
    private readonly index: EventIndex,
  ) {}

  private search(now: number): SequenceSearch {
    if (this.last?.now !== now) {
      const range = this.window.range(now, this.index.times);
      this.last = { now, search: new SequenceSearch(this.plan, this.index, { now, range }) };
    }
    return this.last.search;
  }

  at(now: number): boolean {
    return this.search(now).find('earliest') !== null;
  }

  nextCandidate(now: number): number | null {
    const { times } = this.index;
    // Any later event may complete a match, forbid one, or stand between two steps.
    let next = earlier(nextAbove(times, now), this.nextWindowChange(now));
    for (const { rule } of this.plan.without) {
      if (rule.before !== null) continue;
      const ends = nextAbove(this.stepTimes(now), now - rule.withinMs);
      if (ends !== null) next = earlier(next, ends + rule.withinMs);
    }
    for (const { matcher } of [...this.plan.steps, ...this.plan.without]) {
      next = earlier(next, this.index.nextMatchChange(matcher, now));
    }
    return next;
  }

  /** Times of all events that may be a step, ascending. */
  private stepTimes(now: number): readonly number[] {
    if (this.plan.isTimed) return this.index.times;
    this.steps ??= [...new Set(this.plan.steps.flatMap(({ matcher }) => this.index.select(matcher, now).times))].sort(
      (a, b) => a - b,
    );
    return this.steps;
  }

  /**
   * When the window may take a match away or bring one. A window that only loses events at its start brings none, and
   * takes the last match when the first step of the latest one leaves: nothing before that needs looking at.
   */
  private nextWindowChange(now: number): number | null {
    const { window } = this.plan.parsed;
    const times = this.stepTimes(now);
    const isRolling = window.kind === 'last' && toSpan(window.duration).ms > 0 && !this.plan.isTimed;
    if (!isRolling) return this.window.nextCandidate(now, times, this.index.times);
    const first = this.search(now).find('latest')?.[0];
    return first === undefined ? null : (this.index.times[first] ?? 0) + toSpan(window.duration).ms;
  }

  evidence(now: number): LeafEvidence {
    const search = this.search(now);
    const ids = (match: readonly number[] | null): string[] =>
      (match ?? []).flatMap((i) => this.index.history.events[i]?.id ?? []);
    const [first, last] = [ids(search.find('earliest')), ids(search.find('latest'))];
    const all = [...new Set([...first, ...last])];
    return {
      values: first.length === 0 ? [] : [{ earliest: first, latest: last }],
      eventIds: all.slice(0, EVENT_IDS_SHOWN),
      count: all.length,
      window: this.window.show(now, this.index.times),
    };
  }

  flip(now: number): LeafFlip | null {
    const { steps } = this.plan.parsed;
    if (this.at(now)) return null;
    const names = steps.map((step) => selectionText(step.event)).join(', then ');
    return { records: steps.length, text: names };
  }
}

/** Plans a sequence node: at least one chain of events as the rule asks for. */
export function planSequence(sequence: ParsedSequence, zone: string): LeafPlan {
  const plan = planSequenceSearch(sequence, zone);
  const window = makeWindow(sequence.window, zone);
  return {
    key: `sequence ${zone} ${JSON.stringify(sequence)}`,
    bind: (index) => new SequenceLeaf(plan, window, index),
  };
}

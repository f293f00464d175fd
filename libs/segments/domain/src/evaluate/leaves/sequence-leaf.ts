import type { ParsedSequence } from '../../rule/parsed-rule';
import type { EventIndex } from '../event-index';
import { EVENT_IDS_SHOWN, type BoundLeaf, type LeafEvidence, type LeafFlip, type LeafPlan } from '../leaf';
import { planSequenceSearch, SequenceSearch, type SequencePlan } from '../sequence-search';
import { earlier, nextAbove } from '../sorted-times';
import { makeWindow, type TimeWindow } from '../time-window';
import { selectionText } from './event-leaf';

class SequenceLeaf implements BoundLeaf {
  private last: { readonly now: number; readonly result: boolean } | null = null;

  constructor(
    private readonly plan: SequencePlan,
    private readonly window: TimeWindow,
    private readonly index: EventIndex,
  ) {}

  private search(now: number): SequenceSearch {
    const { times, history } = this.index;
    return new SequenceSearch(this.plan, history.events, { now, times, range: this.window.range(now, times) });
  }

  at(now: number): boolean {
    if (this.last?.now !== now) this.last = { now, result: this.search(now).find('earliest') !== null };
    return this.last.result;
  }

  nextCandidate(now: number): number | null {
    const { times } = this.index;
    // Any later event may complete a match, forbid one, or stand between two steps.
    let next = nextAbove(times, now);
    const stepTimes = this.plan.steps
      .flatMap(({ matcher }) => (matcher.isTimed ? times : this.index.select(matcher, now).times))
      .sort((a, b) => a - b);
    next = earlier(next, this.window.nextCandidate(now, stepTimes, times));
    for (const { rule } of this.plan.without) {
      if (rule.before !== null) continue;
      const ends = nextAbove(stepTimes, now - rule.withinMs);
      if (ends !== null) next = earlier(next, ends + rule.withinMs);
    }
    for (const { matcher } of [...this.plan.steps, ...this.plan.without]) {
      next = earlier(next, this.index.nextMatchChange(matcher, now));
    }
    return next;
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

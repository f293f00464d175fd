import type { ParsedSelection } from '../../rule/parsed-rule';
import { times, type Duration } from '../../time/duration';
import { compileSelection, sliceOf, type EventIndex, type EventMatcher } from '../event-index';
import type { BoundLeaf, LeafEvidence, LeafFlip, LeafPlan } from '../leaf';
import { earlier } from '../sorted-times';
import { makeWindow, type TimeWindow } from '../time-window';
import { selectionText, WindowedEvents } from './event-leaf';

interface LifecycleNode {
  readonly state: 'new' | 'regular' | 'stopped' | 'resurrected';
  readonly event: ParsedSelection;
  readonly period: Duration;
}

/** How many events lie in the current period, the one before it, and before both. */
interface PeriodCounts {
  readonly current: number;
  readonly previous: number;
  readonly earlier: number;
}

function isIn(state: LifecycleNode['state'], counts: PeriodCounts): boolean {
  switch (state) {
    case 'new':
      return counts.current > 0 && counts.previous === 0 && counts.earlier === 0;
    case 'regular':
      return counts.current > 0 && counts.previous > 0;
    case 'resurrected':
      return counts.current > 0 && counts.previous === 0 && counts.earlier > 0;
    case 'stopped':
      return counts.current === 0 && counts.previous > 0;
  }
}

class LifecycleLeaf implements BoundLeaf {
  private readonly current: WindowedEvents;
  private readonly previous: WindowedEvents;

  constructor(
    private readonly node: LifecycleNode,
    private readonly matcher: EventMatcher,
    private readonly index: EventIndex,
    private readonly windows: { current: TimeWindow; previous: TimeWindow },
  ) {
    this.current = new WindowedEvents(index, matcher, windows.current);
    this.previous = new WindowedEvents(index, matcher, windows.previous);
  }

  private counts(now: number): PeriodCounts {
    const [current, previous] = [this.current.at(now), this.previous.at(now)];
    const before = { from: -Infinity, to: this.windows.previous.range(now, this.index.times).from };
    const ancient = sliceOf(this.index.select(this.matcher, now), before);
    return {
      current: current.end - current.start,
      previous: previous.end - previous.start,
      earlier: ancient.end - ancient.start,
    };
  }

  at(now: number): boolean {
    return isIn(this.node.state, this.counts(now));
  }

  nextCandidate(now: number): number | null {
    return earlier(this.current.nextCandidate(now), this.previous.nextCandidate(now));
  }

  evidence(now: number): LeafEvidence {
    return { ...this.current.evidence(now), values: [{ state: this.node.state, ...this.counts(now) }] };
  }

  flip(now: number): LeafFlip | null {
    const counts = this.counts(now);
    const oneMore = { ...counts, current: counts.current + 1 };
    if (isIn(this.node.state, oneMore) === this.at(now)) return null;
    return { records: 1, text: `one more ${selectionText(this.node.event)}` };
  }
}

/** Plans a lifecycle node: new, regular, stopped or resurrected over the current and the previous period. */
export function planLifecycle(node: LifecycleNode, zone: string): LeafPlan {
  const matcher = compileSelection(node.event, zone);
  const windows = {
    current: makeWindow({ kind: 'last', duration: node.period }, zone),
    previous: makeWindow({ kind: 'between', from: times(node.period, 2), to: node.period }, zone),
  };
  return {
    key: `lifecycle ${zone} ${JSON.stringify([node.state, node.event.key, node.period])}`,
    bind: (index) => new LifecycleLeaf(node, matcher, index, windows),
  };
}

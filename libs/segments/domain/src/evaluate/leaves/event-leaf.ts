import type { NumberTest } from '../../rule/operand';
import type { ParsedSelection, ParsedWindow } from '../../rule/parsed-rule';
import { compileSelection, sliceOf, type EventIndex, type EventMatcher, type SelectedEvents } from '../event-index';
import { EVENT_IDS_SHOWN, type BoundLeaf, type LeafEvidence, type LeafFlip, type LeafPlan } from '../leaf';
import { passes } from '../number-test';
import { earlier } from '../sorted-times';
import { makeWindow, type TimeWindow } from '../time-window';

/** The events of a selection inside a window, and when that set may change. */
export class WindowedEvents {
  constructor(
    private readonly index: EventIndex,
    private readonly matcher: EventMatcher,
    private readonly window: TimeWindow,
  ) {}

  /** The selected events, and which stretch of them the window holds. */
  at(now: number): { selected: SelectedEvents; start: number; end: number } {
    const selected = this.index.select(this.matcher, now);
    return { selected, ...sliceOf(selected, this.window.range(now, this.index.times)) };
  }

  nextCandidate(now: number): number | null {
    // A timed selection may let an event in later, so that every event of the profile can come in or go out.
    const times = this.matcher.isTimed ? this.index.times : this.index.select(this.matcher, now).times;
    const byWindow = this.window.nextCandidate(now, times, this.index.times);
    return earlier(byWindow, this.index.nextMatchChange(this.matcher, now));
  }

  /** Ids, count and window for a proof. */
  evidence(now: number): LeafEvidence {
    const { selected, start, end } = this.at(now);
    const eventIds = selected.events.slice(start, Math.min(end, start + EVENT_IDS_SHOWN)).map((event) => event.id);
    return { values: [], eventIds, count: end - start, window: this.window.show(now, this.index.times) };
  }
}

/** The name of a selection in words. */
export function selectionText({ names, where }: ParsedSelection): string {
  const name = names === null ? 'event' : names.map((one) => `"${one}"`).join(' or ');
  return where.length === 0 ? name : `${name} like that`;
}

/** How many more of something a test needs before it turns round; null when more never turns it. */
function moreNeeded(test: NumberTest, count: number): number | null {
  const now = passes(test, count);
  for (const more of [test.n - count, test.n - count + 1, test.high - count + 1, 1]) {
    const whole = Math.ceil(more);
    if (whole >= 1 && passes(test, count + whole) !== now) return whole;
  }
  return null;
}

class EventLeaf implements BoundLeaf {
  constructor(
    private readonly windowed: WindowedEvents,
    private readonly count: NumberTest,
    private readonly text: string,
  ) {}

  private countAt(now: number): number {
    const { start, end } = this.windowed.at(now);
    return end - start;
  }

  at(now: number): boolean {
    return passes(this.count, this.countAt(now));
  }

  nextCandidate(now: number): number | null {
    return this.windowed.nextCandidate(now);
  }

  evidence(now: number): LeafEvidence {
    const { op, n, high } = this.count;
    return { ...this.windowed.evidence(now), values: [{ op, n: op === 'between' ? [n, high] : n }] };
  }

  flip(now: number): LeafFlip | null {
    const more = moreNeeded(this.count, this.countAt(now));
    if (more === null) return null;
    return { records: more, text: `${more === 1 ? 'one' : more} more ${this.text}` };
  }
}

/** Plans an event node: how many events of a selection a window holds. */
export function planEvent(
  node: { event: ParsedSelection; count: NumberTest; window: ParsedWindow },
  zone: string,
): LeafPlan {
  const matcher = compileSelection(node.event, zone);
  const window = makeWindow(node.window, zone);
  const text = selectionText(node.event);
  return {
    key: `event ${zone} ${JSON.stringify([node.event.key, node.count, node.window])}`,
    bind: (index) => new EventLeaf(new WindowedEvents(index, matcher, window), node.count, text),
  };
}

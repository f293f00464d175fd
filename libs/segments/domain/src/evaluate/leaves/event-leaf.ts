import type { NumberTest } from '../../rule/operand';
import type { ParsedSelection, ParsedWindow } from '../../rule/parsed-rule';
import { toSpan } from '../../time/duration';
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

/** The highest count below `count` at which the test has another answer; null when there is none. */
function nextBelow(test: NumberTest, count: number): number | null {
  const now = passes(test, count);
  let highest = -1;
  const look = (n: number): void => {
    if (n > highest && n < count && passes(test, n) !== now) highest = n;
  };
  // Only next to a bound does an answer change.
  const lookAround = (edge: number): void => {
    look(Math.ceil(edge));
    look(Math.floor(edge));
    look(Math.ceil(edge) - 1);
    look(Math.floor(edge) - 1);
  };
  lookAround(test.n);
  if (test.op === 'between') lookAround(test.high);
  look(count - 1);
  return highest < 0 ? null : highest;
}

/** Whether a test answers alike for every count from none to `most`. */
function isSame(test: NumberTest, most: number): boolean {
  if (passes(test, 0) !== passes(test, most)) return false;
  switch (test.op) {
    case 'eq':
    case 'neq':
    case 'between':
      return test.n > most;
    default:
      // These turn once at most.
      return true;
  }
}

class EventLeaf implements BoundLeaf {
  constructor(
    private readonly windowed: WindowedEvents,
    private readonly count: NumberTest,
    private readonly text: string,
    /** Length of a window that events only leave, at a fixed distance; null for all others. */
    private readonly rollingMs: number | null,
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

  /**
   * While no event is still to come, a rolling window only loses them, oldest first: the count changes its answer when
   * so many have left, and none of the instants before that needs looking at.
   */
  nextTurn(now: number): number | null {
    if (this.rollingMs === null) return this.windowed.nextCandidate(now);
    const { selected, start, end } = this.windowed.at(now);
    if (end < selected.times.length) return this.windowed.nextCandidate(now);
    const below = nextBelow(this.count, end - start);
    const last = below === null ? undefined : selected.times[end - below - 1];
    return last === undefined ? null : last + this.rollingMs;
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
  const span = node.window.kind === 'last' ? toSpan(node.window.duration) : null;
  const rollingMs = span !== null && span.ms > 0 && !matcher.isTimed ? span.ms : null;
  const ofNone = passes(node.count, 0);
  return {
    key: `event ${zone} ${JSON.stringify([node.event.key, node.count, node.window])}`,
    // No window ever holds more such events than there are, past or still to come.
    settled: (index, now) =>
      !matcher.isTimed && isSame(node.count, index.select(matcher, now).times.length) ? ofNone : undefined,
    bind: (index) => new EventLeaf(new WindowedEvents(index, matcher, window), node.count, text, rollingMs),
  };
}

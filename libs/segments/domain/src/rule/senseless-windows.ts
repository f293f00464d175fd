import { toSpan, type Duration } from '../time/duration';
import type { ParsedWindow } from './parsed-rule';

const DAY = 86_400_000;
/** A local day is 23 to 25 hours long, a month 28 to 31 days. */
const DAY_BOUNDS = { shortest: 23 / 24, longest: 25 / 24 } as const;
const MONTH_DAYS = { shortest: 28, longest: 31 } as const;

/** A duration as the text form has it. */
export const shownDuration = ({ n, unit, calendar }: Duration): string =>
  `${n}${calendar === true ? ' calendar' : ''} ${unit}${n === 1 ? '' : 's'}`;

function bound(duration: Duration, side: 'shortest' | 'longest'): number {
  const { months, days, ms } = toSpan(duration);
  return months * MONTH_DAYS[side] * DAY + days * DAY_BOUNDS[side] * DAY + ms;
}

/** Whether the one is never longer than the other, wherever on the calendar they are counted. */
function isNeverLonger(one: Duration, other: Duration): boolean {
  const [a, b] = [toSpan(one), toSpan(other)];
  // What is counted in the same unit needs no bounds.
  if (a.days === 0 && b.days === 0 && a.ms === 0 && b.ms === 0) return a.months <= b.months;
  if (a.months === 0 && b.months === 0 && a.ms === 0 && b.ms === 0) return a.days <= b.days;
  return bound(one, 'longest') <= bound(other, 'shortest');
}

/** What is wrong with a window that no event can ever lie in, and what to write; undefined when events can. */
export function windowFault(window: ParsedWindow): string | undefined {
  switch (window.kind) {
    case 'last':
    case 'withinFirst':
      return window.duration.n === 0
        ? `window.${window.kind}: nothing lies in ${shownDuration(window.duration)}; write a length of at least 1 ${window.duration.unit}`
        : undefined;
    case 'between': {
      const [from, to] = [shownDuration(window.from), shownDuration(window.to)];
      if (!isNeverLonger(window.from, window.to)) return undefined;
      const advice = from === to ? 'two lengths that differ, the longer one first' : `${to} and ${from} ago`;
      return `window.between: nothing lies between ${from} and ${to} ago, for "from" must lie further back than "to"; write ${advice}`;
    }
    case 'absolute':
      return window.from === window.to
        ? 'window.absolute: nothing lies between an instant and itself, for "to" is excluded; write a later "to"'
        : undefined;
    default:
      return undefined;
  }
}

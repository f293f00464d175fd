import type { Json } from '@kohort/kernel-contracts';
import type { HistoryEvent } from '../read-orders';
import { passesCondition } from './event-condition';
import type { EventFormula, EventSelection } from './event-formula';
import { keyIn, numberIn, valueAt } from './event-value';
import { windowRange } from './feature-window';

/** What one event, or one entry of its list, gives to an aggregate. Null: it has none. */
export interface Sample {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly number: number | null;
  readonly key: string | null;
  readonly weight: number | null;
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

function isSelected({ event, where }: EventSelection, { name, properties }: HistoryEvent): boolean {
  const isNamed = event === undefined || (typeof event === 'string' ? event === name : event.includes(name));
  return isNamed && (where ?? []).every((condition) => passesCondition(condition, properties));
}

/**
 * The events of a formula as of an instant, each with what is aggregated of it.
 *
 * Shape   in order of (time, event id, place in the list)
 * Cost    O(events · log events)
 */
export function eventSamples(
  formula: EventFormula,
  history: readonly HistoryEvent[],
  at: { readonly asOf: number; readonly timeZone: string },
): readonly Sample[] {
  const { of, weight, each } = formula;
  const { from, to } = windowRange(formula.window, at);
  const read = (root: Json, path: string | undefined): Json | undefined =>
    path === undefined ? undefined : valueAt(root, path);
  const sampleOf = (time: number, root: Json): Sample => {
    const value = read(root, of);
    return { time, number: numberIn(value), key: keyIn(value), weight: numberIn(read(root, weight)) };
  };
  return history
    .filter((event) => event.ts >= from && event.ts < to && isSelected(formula, event))
    .sort((a, b) => a.ts - b.ts || (a.eventId < b.eventId ? -1 : 1))
    .flatMap(({ ts, properties }) => {
      if (each === undefined) return [sampleOf(ts, properties)];
      const list = valueAt(properties, each);
      return isList(list) ? list.map((entry) => sampleOf(ts, entry)) : [];
    });
}

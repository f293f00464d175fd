import type { HistoryEvent } from '../read-orders';
import type { Aggregate, SampleShape } from './aggregate';
import { decayed, numberAggregates } from './aggregates-of-numbers';
import { timeAggregates } from './aggregates-of-times';
import { datedAggregates, valueAggregates } from './aggregates-of-values';
import type { EventFormula } from './event-formula';
import { eventSamples, type Sample } from './event-samples';
import { LocalClock } from './local-clock';

/** The aggregate of a formula. */
export function aggregateOf({ aggregate, as, of }: EventFormula): Aggregate {
  switch (aggregate) {
    case 'first':
    case 'last':
    case 'mostFrequent':
      return datedAggregates[aggregate][as ?? 'number'];
    case 'distinct':
    case 'entropy':
    case 'topShare':
    case 'share':
      return valueAggregates[aggregate];
    case 'decayed':
      return of === undefined ? decayed.ofEvents : decayed.ofNumbers;
    case 'sum':
    case 'mean':
    case 'min':
    case 'max':
    case 'median':
    case 'percentile':
    case 'variance':
    case 'deviation':
    case 'slope':
      return numberAggregates[aggregate];
    default:
      return timeAggregates[aggregate];
  }
}

function counts(shape: SampleShape, formula: EventFormula): (sample: Sample) => boolean {
  switch (shape) {
    case 'time':
    case 'hour':
    case 'weekday':
      return () => true;
    case 'number':
    case 'moving':
    case 'dated number':
      return ({ number }) => number !== null;
    case 'key':
    case 'dated key':
      return ({ key }) => key !== null;
    case 'weighted key':
      return ({ key, weight }) => key !== null && (formula.weight === undefined || (weight ?? 0) > 0);
  }
}

/**
 * One person's figure at an instant. A function of the set of events: their order never matters, and nothing after
 * `asOf` does.
 *
 * Cost    O(events · log events)
 */
export function evaluateEventFormula(
  formula: EventFormula,
  history: readonly HistoryEvent[],
  at: { readonly asOf: number; readonly timeZone: string },
): number | string | null {
  const aggregate = aggregateOf(formula);
  const samples = eventSamples(formula, history, at).filter(counts(aggregate.shape, formula));
  return aggregate.value(samples, { formula, asOf: at.asOf, clock: new LocalClock(at.timeZone) });
}

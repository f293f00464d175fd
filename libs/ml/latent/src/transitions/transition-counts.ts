import type { Matrix } from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';

/** From which event people went to which, one row a person. */
export interface TransitionCounts {
  /** The events told apart, most frequent first; the last one may stand for all others. */
  readonly events: readonly string[];
  /** persons × events²: how often the event of the row of the person's table was followed by that of the column. */
  readonly counts: Matrix;
}

/** Stands for events beyond the most frequent ones. */
export const OTHER_EVENTS = '(other)';

export interface TransitionOptions {
  /** Most events told apart; the rest become one. Default 20. */
  readonly mostEvents?: number;
  /** The events to tell apart, when they are known from a fit; others become the last of them if that is `(other)`, else are left out. */
  readonly events?: readonly string[];
}

function eventsOf(sequences: readonly (readonly string[])[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const sequence of sequences) for (const event of sequence) counts.set(event, (counts.get(event) ?? 0) + 1);
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([event]) => event);
  return ranked.length <= most ? ranked : [...ranked.slice(0, most - 1), OTHER_EVENTS];
}

/**
 * Counts every person's steps from one event to the next.
 *
 * Shape   sequences: one list of event names a person, in order of time; a person with fewer than two events has zeros
 * Ties    events equally frequent are ordered by name
 * Cost    O(events) and persons × events² numbers
 * Throws  LATENT_EMPTY when there is no event at all
 */
export function transitionCounts(
  sequences: readonly (readonly string[])[],
  { mostEvents = 20, events: known }: TransitionOptions = {},
): TransitionCounts {
  const events = known ?? eventsOf(sequences, mostEvents);
  const s = events.length;
  if (s === 0) throw latentErrors.LATENT_EMPTY({ estimator: 'transitions', problem: 'there is no event' });
  const places = new Map(events.map((event, at) => [event, at]));
  const rest = places.get(OTHER_EVENTS);
  const data = new Float32Array(sequences.length * s * s);
  sequences.forEach((sequence, person) => {
    let before: number | undefined;
    for (const event of sequence) {
      const at = places.get(event) ?? rest;
      if (at === undefined) continue;
      if (before !== undefined) {
        const to = person * s * s + before * s + at;
        data[to] = (data[to] as number) + 1;
      }
      before = at;
    }
  });
  return { events, counts: { data, rows: sequences.length, cols: s * s } };
}

import type { SequencePlan } from './sequence-plan';
import { element, StepValue } from './step-value';

/** Places in the tuple that stands for an event in the arrays of a sequence; flags, values and counts follow. */
const PLACES = { rank: 1, time: 2, key: 3, rest: 4 } as const;

/** What the tuple of an event holds, and where. */
export class EventTuple {
  private readonly steps: number;
  private readonly without: number;
  private readonly paths: number;

  constructor({ parsed, without, paths }: SequencePlan) {
    this.steps = parsed.steps.length;
    this.without = without.length;
    this.paths = paths.length;
  }

  /** Place among the profile's events that were gathered, from 1 on. */
  rank(event: string): string {
    return element(event, PLACES.rank);
  }
  /** Epoch milliseconds. */
  time(event: string): string {
    return element(event, PLACES.time);
  }
  /** The value of `keyBy`; '' where the event has none. */
  key(event: string): string {
    return element(event, PLACES.key);
  }
  isStep(event: string, step: number): string {
    return element(event, PLACES.rest + step);
  }
  isBanned(event: string, without: number): string {
    return element(event, PLACES.rest + this.steps + without);
  }
  value(event: string, path: number): StepValue {
    return new StepValue(element(event, PLACES.rest + this.steps + this.without + path));
  }
  /** How many events of a kind that must not be stand up to this one, itself included. */
  bannedSoFar(event: string, without: number): string {
    return element(event, PLACES.rest + this.steps + this.without + this.paths + without);
  }

  /**
   * Makes the tuples of sorted rows. A row is (time, id, key, flags, values): from the key on its places are those of
   * the tuple.
   */
  fromRows(rows: string): string {
    const fields = this.steps + this.without + this.paths;
    const rest = Array.from({ length: fields + 1 }, (_, i) => `r.${PLACES.key + i}`);
    const counts = Array.from({ length: this.without }, (_, i) => `n${i}`);
    const sums = counts.map((_, i) => `arrayCumSum(r -> ${this.isBanned('r', i)}, ${rows})`);
    const parts = ['i', 'r.1', ...rest, ...counts].join(', ');
    const lists = [rows, `arrayEnumerate(${rows})`, ...sums].join(', ');
    return `arrayMap((${['r', 'i', ...counts].join(', ')}) -> (${parts}), ${lists})`;
  }
}

import type { Json } from '@kohort/kernel-contracts';
import { fuzzedData } from './fuzz-inputs';
import { fuzzParser } from './fuzz-parser';

const RUNS = 50_000;

/**
 * Settings on the way to what checks them: each is taken, or left with at least one issue, and neither is rare. Throws
 * otherwise.
 */
export async function fuzzSettings(
  good: object,
  check: (settings: Json) => { readonly valid: boolean; readonly issues?: readonly unknown[] } | null,
): Promise<void> {
  let [taken, left] = [0, 0];
  await fuzzParser({
    seed: 1,
    runs: RUNS,
    // What comes in has been JSON.
    make: (random) => fuzzedData(random, [good]) as Json,
    parse: (settings) => {
      const verdict = check(settings);
      if (verdict?.valid === true) taken += 1;
      else if ((verdict?.issues ?? []).length > 0) left += 1;
    },
  });
  if (taken + left !== RUNS || Math.min(taken, left) <= RUNS / 25) {
    throw new TypeError(`of ${RUNS} settings ${taken} were taken and ${left} left with an issue`);
  }
}

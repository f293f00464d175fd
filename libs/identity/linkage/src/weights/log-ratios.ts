import { LEVEL, LEVELS } from '../field-types';
import type { ChanceModel } from './chance-model';

/** log(m / u) of each level of each field, where the parent agrees exactly and otherwise; 0 for missing. */
export interface LogRatios {
  readonly given: Float64Array;
  readonly otherwise: Float64Array;
}

function ratiosTo(m: readonly Float64Array[], u: readonly Float64Array[]): Float64Array {
  const ratios = new Float64Array(m.length * LEVELS);
  for (let f = 0; f < m.length; f += 1) {
    for (let level = 0; level < LEVEL.missing; level += 1) {
      ratios[f * LEVELS + level] = Math.log((m[f]?.[level] ?? 1) / (u[f]?.[level] ?? 1));
    }
  }
  return ratios;
}

/** The weights of evidence, in nats. */
export function logRatios(m: readonly Float64Array[], chance: Pick<ChanceModel, 'given' | 'otherwise'>): LogRatios {
  return { given: ratiosTo(m, chance.given), otherwise: ratiosTo(m, chance.otherwise) };
}

/** The evidence of some fields of one vector, whose levels begin at `at`. */
export function sumLogRatios(
  levels: Uint8Array,
  at: number,
  {
    ratios,
    parents,
    fields,
  }: { readonly ratios: LogRatios; readonly parents: Int32Array; readonly fields: readonly number[] },
): number {
  let sum = 0;
  for (const f of fields) {
    const parent = parents[f] as number;
    const table = parent >= 0 && levels[at + parent] === LEVEL.exact ? ratios.given : ratios.otherwise;
    sum += table[f * LEVELS + (levels[at + f] as number)] as number;
  }
  return sum;
}

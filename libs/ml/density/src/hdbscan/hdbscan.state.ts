import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState, type Matrix } from '@kohort/ml-core';
import type { CondensedTree } from './condensed-tree';

/** A fitted HDBSCAN: the training rows with their core distances, and the condensed tree, for `predict`. */
export interface HdbscanState {
  readonly version: 1;
  readonly cols: number;
  readonly minPoints: number;
  /** Clusters found; 0 when every row is noise. */
  readonly k: number;
  readonly sizes: readonly number[];
  readonly noise: number;
  readonly rows: Matrix;
  /** Core distance of each training row. */
  readonly core: Float64Array;
  readonly tree: CondensedTree;
  /** The cluster of the tree behind each label. */
  readonly chosen: readonly number[];
}

const whole = z.number().int().nonnegative();
const reals = z.array(z.number());
const schema = z
  .object({
    estimator: z.literal('hdbscan'),
    version: z.literal(1),
    cols: whole.positive(),
    minPoints: whole.positive(),
    k: whole,
    sizes: z.array(whole),
    noise: whole,
    rows: reals,
    core: reals,
    parent: z.array(z.number().int().min(-1)),
    birth: reals,
    death: reals,
    size: reals,
    densest: reals,
    rowCluster: z.array(whole),
    rowLambda: reals,
    chosen: z.array(whole),
  })
  .refine(
    (s) =>
      s.core.length > 0 &&
      s.rows.length === s.core.length * s.cols &&
      [s.rowCluster, s.rowLambda].every((list) => list.length === s.core.length) &&
      [s.birth, s.death, s.size, s.densest].every((list) => list.length === s.parent.length) &&
      s.parent.every((above, cluster) => above < cluster && (cluster === 0) === (above === -1)) &&
      [...s.rowCluster, ...s.chosen].every((cluster) => cluster < s.parent.length) &&
      s.sizes.length === s.k &&
      s.chosen.length === s.k,
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. */
export function hdbscanToJson(state: HdbscanState): Json {
  const { version, cols, minPoints, k, sizes, noise, rows, core, tree, chosen } = state;
  const lists = { sizes: [...sizes], rows: [...rows.data], core: [...core], chosen: [...chosen] };
  const clusters = {
    parent: [...tree.parent],
    birth: [...tree.birth],
    death: [...tree.death],
    size: [...tree.size],
    densest: [...tree.densest],
    rowCluster: [...tree.rowCluster],
    rowLambda: [...tree.rowLambda],
  };
  return { estimator: 'hdbscan', version, cols, minPoints, k, noise, ...lists, ...clusters };
}

/** Reads what hdbscanToJson wrote. Throws ML_STATE with the first thing wrong. */
export function hdbscanFromJson(json: unknown): HdbscanState {
  const s = readState('hdbscan', schema, json);
  const { version, cols, minPoints, k, sizes, noise, chosen } = s;
  return {
    version,
    cols,
    minPoints,
    k,
    sizes,
    noise,
    chosen,
    rows: { data: Float32Array.from(s.rows), rows: s.core.length, cols },
    core: Float64Array.from(s.core),
    tree: {
      parent: Int32Array.from(s.parent),
      birth: Float64Array.from(s.birth),
      death: Float64Array.from(s.death),
      size: Float64Array.from(s.size),
      densest: Float64Array.from(s.densest),
      rowCluster: Int32Array.from(s.rowCluster),
      rowLambda: Float64Array.from(s.rowLambda),
    },
  };
}

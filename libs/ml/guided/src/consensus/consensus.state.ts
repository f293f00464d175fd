import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** A consensus of clusterings: all that `predict` needs, read-only. */
export interface ConsensusState {
  readonly version: 1;
  readonly k: number;
  /** Columns of the matrix: one a clustering. */
  readonly clusterings: number;
  readonly method: 'co-association' | 'vote';
  /** The labels each clustering gave in training, rising. */
  readonly values: readonly (readonly number[])[];
  /**
   * Of each clustering, labels × k: what a row with that label has in common with each cluster. Co-association: the share of
   * the cluster's rows with the same label. Vote: 1 for the cluster the label stands for.
   */
  readonly shares: readonly Float64Array[];
  /** Rows of label numbers seen in training, and their clusters: a row like them goes where they went. Empty for a vote. */
  readonly known: { readonly labels: Int32Array; readonly clusters: Uint32Array };
  readonly sizes: readonly number[];
  /** Adjusted Rand index of the consensus with each clustering. */
  readonly agreements: readonly number[];
}

const whole = z.number().int();
const schema = z
  .object({
    estimator: z.literal('consensus'),
    version: z.literal(1),
    k: whole.positive(),
    clusterings: whole.positive(),
    method: z.enum(['co-association', 'vote']),
    values: z.array(z.array(z.number())),
    shares: z.array(z.array(z.number().nonnegative())),
    known: z.object({ labels: z.array(whole), clusters: z.array(whole.nonnegative()) }),
    sizes: z.array(whole.nonnegative()),
    agreements: z.array(z.number()),
  })
  .refine(
    (s) =>
      s.values.length === s.clusterings &&
      s.shares.length === s.clusterings &&
      s.shares.every((table, b) => table.length === (s.values[b]?.length ?? 0) * s.k) &&
      s.known.labels.length === s.known.clusters.length * s.clusterings &&
      s.known.clusters.every((cluster) => cluster < s.k) &&
      s.sizes.length === s.k,
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. */
export function consensusToJson(state: ConsensusState): Json {
  const { version, k, clusterings, method } = state;
  return {
    estimator: 'consensus',
    ...{ version, k, clusterings, method },
    values: state.values.map((list) => [...list]),
    shares: state.shares.map((table) => [...table]),
    known: { labels: [...state.known.labels], clusters: [...state.known.clusters] },
    sizes: [...state.sizes],
    agreements: [...state.agreements],
  };
}

/** Reads what consensusToJson wrote. Throws ML_STATE with the first thing wrong. */
export function consensusFromJson(json: unknown): ConsensusState {
  const read = readState('consensus', schema, json);
  return {
    ...read,
    shares: read.shares.map((table) => Float64Array.from(table)),
    known: { labels: Int32Array.from(read.known.labels), clusters: Uint32Array.from(read.known.clusters) },
  };
}

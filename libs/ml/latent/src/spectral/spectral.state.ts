import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** A fitted spectral clustering: the rows that carry the graph, and where they lie. Read-only. */
export interface SpectralState {
  readonly version: 1;
  readonly k: number;
  readonly cols: number;
  /** `exact`: all training rows carried the graph; `nystroem`: a sample did, and placed the others. */
  readonly method: 'exact' | 'nystroem';
  /** How weights to the carrying rows are made: so many nearest, or all by gamma. */
  readonly affinity:
    | { readonly method: 'neighbours'; readonly neighbours: number }
    | { readonly method: 'radial'; readonly gamma: number };
  /** m × cols: the rows that carry the graph. */
  readonly landmarks: Float32Array;
  /** m × width: their coordinates. */
  readonly coordinates: Float64Array;
  /** Of each coordinate; falling. A wide step after the k-th speaks for k clusters. */
  readonly eigenvalues: Float64Array;
  /** k × width. */
  readonly centroids: Float64Array;
  /** Connected parts of the graph; more than k means that far apart groups were joined. */
  readonly parts: number;
  readonly sizes: readonly number[];
}

const list = z.array(z.number());
const schema = z
  .object({
    estimator: z.literal('spectral'),
    version: z.literal(1),
    k: z.number().int().positive(),
    cols: z.number().int().positive(),
    method: z.enum(['exact', 'nystroem']),
    affinity: z.discriminatedUnion('method', [
      z.object({ method: z.literal('neighbours'), neighbours: z.number().int().positive() }),
      z.object({ method: z.literal('radial'), gamma: z.number().positive() }),
    ]),
    landmarks: list,
    coordinates: list,
    eigenvalues: list.min(1),
    centroids: list,
    parts: z.number().int().positive(),
    sizes: z.array(z.number().int().nonnegative()),
  })
  .refine(
    (s) =>
      s.landmarks.length / s.cols === s.coordinates.length / s.eigenvalues.length &&
      s.centroids.length === s.k * s.eigenvalues.length &&
      s.sizes.length === s.k,
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. About m · (cols + k) numbers. */
export function spectralToJson(state: SpectralState): Json {
  const { version, k, cols, method, affinity, parts } = state;
  const arrays = {
    landmarks: [...state.landmarks],
    coordinates: [...state.coordinates],
    eigenvalues: [...state.eigenvalues],
    centroids: [...state.centroids],
    sizes: [...state.sizes],
  };
  return { estimator: 'spectral', version, k, cols, method, affinity: { ...affinity }, parts, ...arrays };
}

/** Reads what spectralToJson wrote. Throws ML_STATE with the first thing wrong. */
export function spectralFromJson(json: unknown): SpectralState {
  const read = readState('spectral', schema, json);
  return {
    ...read,
    landmarks: Float32Array.from(read.landmarks),
    coordinates: Float64Array.from(read.coordinates),
    eigenvalues: Float64Array.from(read.eigenvalues),
    centroids: Float64Array.from(read.centroids),
  };
}

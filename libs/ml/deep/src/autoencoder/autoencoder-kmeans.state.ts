import { z } from 'zod';
import { kmeansFromJson, kmeansToJson, type KmeansState } from '@kohort/ml-clustering';
import type { Json } from '@kohort/kernel-contracts';
import { mlErrors, readState } from '@kohort/ml-core';
import type { Coder } from '../coder/coder';
import { coderFromJson, coderSchema, coderToJson } from '../coder/coder.state';

export const AUTOENCODER_KMEANS = 'autoencoder-kmeans';

/** A fitted clustering of codes: all that `predict` needs, read-only. */
export interface AutoencoderKmeansState {
  readonly version: 1;
  readonly coder: Coder;
  /** The clusters, in the space of the codes. */
  readonly clusters: KmeansState;
  /** Mean squared error of rows given back from their codes, 1 for knowing nothing of them. */
  readonly loss: number;
  readonly epochs: number;
}

const schema = z.object({
  estimator: z.literal(AUTOENCODER_KMEANS),
  version: z.literal(1),
  coder: coderSchema,
  clusters: z.unknown(),
  loss: z.number(),
  epochs: z.number().int().nonnegative(),
});

/** The state as JSON; numbers keep every bit. */
export function autoencoderKmeansToJson({ version, coder, clusters, loss, epochs }: AutoencoderKmeansState): Json {
  const parts = { coder: coderToJson(coder), clusters: kmeansToJson(clusters) };
  return { estimator: AUTOENCODER_KMEANS, version, ...parts, loss, epochs };
}

/** Reads what autoencoderKmeansToJson wrote. Throws ML_STATE with the first thing wrong. */
export function autoencoderKmeansFromJson(json: unknown): AutoencoderKmeansState {
  const { version, loss, epochs, ...parts } = readState(AUTOENCODER_KMEANS, schema, json);
  const [coder, clusters] = [coderFromJson(parts.coder), kmeansFromJson(parts.clusters)];
  if (coder.layers.at(-1)?.units !== clusters.cols) {
    throw mlErrors.ML_STATE({ estimator: AUTOENCODER_KMEANS, problem: 'clusters do not fit the code' });
  }
  return { version, coder, clusters, loss, epochs };
}

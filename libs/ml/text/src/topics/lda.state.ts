import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

/** Fitted topics: all that `predict` needs, read-only. */
export interface FittedLda {
  readonly version: 1;
  readonly topics: number;
  readonly cols: number;
  /** terms × topics: how much of each term each topic took, the prior included. */
  readonly components: Float64Array;
  readonly topicPrior: number;
  readonly mostRounds: number;
  readonly tolerance: number;
}

const schema = z
  .object({
    estimator: z.literal('lda'),
    version: z.literal(1),
    topics: z.number().int().positive(),
    cols: z.number().int().positive(),
    components: z.array(z.number().positive()),
    topicPrior: z.number().positive(),
    mostRounds: z.number().int().positive(),
    tolerance: z.number().nonnegative(),
  })
  .refine((s) => s.components.length === s.topics * s.cols, { message: 'components do not fit topics and cols' });

/** The topics as JSON; numbers keep every bit. */
export function ldaToJson({ components, ...plain }: FittedLda): Json {
  return { estimator: 'lda', ...plain, components: [...components] };
}

/** Reads what ldaToJson wrote. Throws ML_STATE with the first thing wrong. */
export function ldaFromJson(json: unknown): FittedLda {
  const { version, topics, cols, components, ...rounds } = readState('lda', schema, json);
  const { topicPrior, mostRounds, tolerance } = rounds;
  return { version, topics, cols, components: Float64Array.from(components), topicPrior, mostRounds, tolerance };
}

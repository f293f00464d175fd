import { z } from 'zod';
import type { traitSchema } from './rule.schema';

/** How a text sounds. */
export const SENTIMENTS = ['positive', 'neutral', 'negative'] as const;

/**
 * What a text trait's value holds: a trait that some step computed from what a person wrote. A `text` node works on any
 * trait of this shape, whatever made it; further fields are let be.
 */
export const textTraitValueSchema = z.object({
  sentiment: z.enum(SENTIMENTS).optional(),
  topics: z.array(z.string()).optional(),
});
export type TextTraitValue = z.infer<typeof textTraitValueSchema>;

/** A `text` node's body. */
export interface TextQuestion {
  readonly trait: string;
  readonly topic?: string | undefined;
  readonly sentiment?: (typeof SENTIMENTS)[number] | undefined;
  readonly op?: 'eq' | 'neq' | undefined;
}

/**
 * The comparison of a trait that a `text` node stands for. Missing is never different: without topics, or without a
 * sentiment, `neq` is false as `eq` is. Undefined unless exactly one of topic and sentiment is asked for.
 */
export function textComparison({
  trait,
  topic,
  sentiment,
  op = 'eq',
}: TextQuestion): z.infer<typeof traitSchema> | undefined {
  if ((topic === undefined) === (sentiment === undefined)) return undefined;
  if (sentiment !== undefined) return { path: `${trait}.sentiment`, op, value: sentiment };
  return { path: `${trait}.topics`, op: op === 'eq' ? 'arrayAny' : 'arrayNone', value: topic };
}

import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { preprocessingErrors } from '../preprocessing-errors';
import { parseText } from '../transformer/define-transformer';
import type { FittedPipeline } from './pipeline';
import { transformerNamed } from './transformers';

const schema = z.object({
  transformer: z.literal('pipeline'),
  version: z.literal(1),
  inputs: z.array(z.object({ name: z.string(), kind: z.enum(['numeric', 'category']) })).min(1),
  steps: z.array(
    z.object({ use: z.string(), columns: z.array(z.string()).min(1), keep: z.boolean(), fitted: z.unknown() }),
  ),
});

/** The fitted pipeline as JSON. */
export function pipelineToJson({ inputs, steps }: FittedPipeline): Json {
  return {
    transformer: 'pipeline',
    version: 1,
    inputs: inputs.map(({ name, kind }) => ({ name, kind })),
    steps: steps.map((step) => ({
      use: step.use,
      columns: [...step.columns],
      keep: step.keep,
      fitted: step.toJson(),
    })),
  };
}

/** Reads what pipelineToJson wrote. Throws PREPROCESSING_STATE_INVALID, PREPROCESSING_UNKNOWN_TRANSFORMER. */
export function pipelineFromJson(json: unknown): FittedPipeline {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw preprocessingErrors.PREPROCESSING_STATE_INVALID({ reason }, { cause: parsed.error });
  }
  const { inputs, steps } = parsed.data;
  return {
    inputs,
    steps: steps.map(({ use, columns, keep, fitted }) => ({
      ...transformerNamed(use).fromJson(fitted, columns),
      keep,
    })),
  };
}

/** The fitted pipeline as text. */
export function serialisePipeline(fitted: FittedPipeline): string {
  return JSON.stringify(pipelineToJson(fitted));
}

/** Reads the text of a fitted pipeline. Throws PREPROCESSING_STATE_INVALID. */
export function parsePipeline(text: string): FittedPipeline {
  return pipelineFromJson(parseText(text));
}

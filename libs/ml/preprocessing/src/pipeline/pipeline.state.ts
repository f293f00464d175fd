import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { preprocessingErrors } from '../preprocessing-errors';
import { parseText } from '../transformer/define-transformer';
import type { Transformer } from '../transformer/transformer';
import type { AppliedStep } from './applied-step';
import { transformerNamed } from './transformers';

/** Whether a value is JSON. By hand: a nearest-rows imputer holds every cell it was fitted on. */
function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}

const stepSchema = z.object({
  /** The transformer's kind. */
  use: z.string(),
  /** Names of the columns it was fitted on. */
  columns: z.array(z.string()).min(1),
  /** The columns it works on stay beside its outputs. */
  keep: z.boolean(),
  /** The transformer's fitted value, as its own JSON. */
  fitted: z.custom<Json>(isJson, 'is not JSON'),
});

const schema = z.object({
  transformer: z.literal('pipeline'),
  version: z.literal(1),
  inputs: z.array(z.object({ name: z.string(), kind: z.enum(['numeric', 'category']) })).min(1),
  steps: z.array(stepSchema),
});

/** One fitted step of a pipeline, as data. */
export type FittedStep = z.infer<typeof stepSchema>;

/** A fitted pipeline: the columns it takes and its fitted steps. Plain data, stored as it is. */
export type FittedPipeline = z.infer<typeof schema>;

/** Steps whose fitted values were read before: reading a nearest-rows imputer means checking all of its rows. */
const opened = new WeakMap<FittedStep, AppliedStep>();

/** A step ready to be applied. Throws PREPROCESSING_STATE_INVALID, PREPROCESSING_UNKNOWN_TRANSFORMER. */
export function openStep(step: FittedStep): AppliedStep {
  const known = opened.get(step);
  if (known !== undefined) return known;
  const read = transformerNamed(step.use).fromJson(step.fitted, step.columns);
  opened.set(step, read);
  return read;
}

/** A fitted value as a step of a pipeline; `columns`: the names it was fitted on. */
export function fittedStep<Params, State>(
  transformer: Transformer<Params, State>,
  fitted: State,
  columns: readonly string[],
): FittedStep {
  return { use: transformer.kind, columns: [...columns], keep: false, fitted: transformer.toJson(fitted) };
}

/** A pipeline of steps fitted one by one. */
export function composePipeline(inputs: FittedPipeline['inputs'], steps: readonly FittedStep[]): FittedPipeline {
  return { transformer: 'pipeline', version: 1, inputs, steps: [...steps] };
}

/**
 * Checks a stored pipeline and every fitted value in it.
 *
 * Throws  PREPROCESSING_STATE_INVALID, PREPROCESSING_UNKNOWN_TRANSFORMER
 */
export function pipelineFromJson(json: unknown): FittedPipeline {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw preprocessingErrors.PREPROCESSING_STATE_INVALID({ reason }, { cause: parsed.error });
  }
  parsed.data.steps.forEach(openStep);
  return parsed.data;
}

/** Reads the text of a fitted pipeline. Throws as pipelineFromJson does. */
export function parsePipeline(text: string): FittedPipeline {
  return pipelineFromJson(parseText(text));
}

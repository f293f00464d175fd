import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { mlErrors } from '@kohort/ml-core';
import { pipeline } from '@kohort/ml-preprocessing';
import { scalingOf, type FittedScaling } from './scaling-pipeline';

const mode = z.enum(['none', 'zscore', 'auto', 'raw']);

/** What scalings were before they were pipelines. */
const firstVersion = z.object({
  version: z.literal(1),
  mode,
  columns: z.array(
    z.object({
      name: z.string(),
      kept: z.boolean(),
      log1p: z.boolean(),
      shift: z.number(),
      divisor: z.number(),
      fill: z.number().nullable(),
    }),
  ),
});
const secondVersion = z.object({ version: z.literal(2), mode, pipeline: z.unknown() });
const scalingSchema = z.discriminatedUnion('version', [firstVersion, secondVersion]);

/** The scaling as JSON. */
export function scalingToJson({ version, mode: told, pipeline: fitted }: FittedScaling): Json {
  return { version, mode: told, pipeline: pipeline.toJson(fitted) };
}

/** Reads what scalingToJson wrote, and what it wrote before pipelines. Throws ML_STATE with the first thing wrong. */
export function scalingFromJson(json: unknown): FittedScaling {
  const parsed = scalingSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const problem = issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'unreadable';
    throw mlErrors.ML_STATE({ estimator: 'scaling', problem }, { cause: parsed.error });
  }
  const stored = parsed.data;
  if (stored.version === 1) return scalingOf(stored.mode, stored.columns);
  try {
    return { version: 2, mode: stored.mode, pipeline: pipeline.fromJson(stored.pipeline) };
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    throw mlErrors.ML_STATE({ estimator: 'scaling', problem: thrown.message }, { cause: thrown });
  }
}

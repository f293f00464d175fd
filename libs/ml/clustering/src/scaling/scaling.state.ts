import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { mlErrors } from '@kohort/ml-core';
import type { FittedScaling } from './scaling';

const scalingSchema = z.object({
  version: z.literal(1),
  mode: z.enum(['none', 'zscore', 'auto']),
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

/** The scaling as JSON. */
export function scalingToJson({ version, mode, columns }: FittedScaling): Json {
  return { version, mode, columns: columns.map((column) => ({ ...column })) };
}

/** Reads what scalingToJson wrote. Throws ML_STATE with the first thing wrong. */
export function scalingFromJson(json: unknown): FittedScaling {
  const parsed = scalingSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const problem = issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'unreadable';
  throw mlErrors.ML_STATE({ estimator: 'scaling', problem }, { cause: parsed.error });
}

import { mlErrors } from '@kohort/ml-core';
import { z } from 'zod';

const fittedLogisticSchema = z.object({
  version: z.literal(1),
  kind: z.literal('logistic'),
  intercept: z.number(),
  coefficients: z.array(z.number()),
  iterations: z.number().int().nonnegative(),
  converged: z.boolean(),
  /** Largest absolute slope of the objective at the end, divided by the number of rows. */
  gradientNorm: z.number().nonnegative(),
  /** Penalised negative log-likelihood at the end. */
  objective: z.number(),
});

/** A fitted logistic regression; plain data, so its JSON is its serialised form. */
export type FittedLogistic = Readonly<z.infer<typeof fittedLogisticSchema>>;

/** Reads a stored fit. Throws ML_STATE. */
export function parseLogistic(stored: unknown): FittedLogistic {
  const parsed = fittedLogisticSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw mlErrors.ML_STATE({ estimator: 'logistic', problem: z.prettifyError(parsed.error) }, { cause: parsed.error });
}

import type { AppError } from '@kohort/kernel-errors';
import { z } from 'zod';
import { preprocessingErrors } from '../preprocessing-errors';

function wrong(kind: string, error: z.ZodError): AppError {
  const issue = error.issues[0];
  return preprocessingErrors.PREPROCESSING_PARAM({
    transformer: kind,
    parameter: issue === undefined || issue.path.length === 0 ? 'object' : issue.path.join('.'),
    problem: issue?.message ?? 'unreadable',
  });
}

/** Parameters with their defaults filled in. Throws PREPROCESSING_PARAM naming the first that is wrong. */
export function readParams<Params>(kind: string, schema: z.ZodType<Params>, params: unknown): Params {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw wrong(kind, parsed.error);
}

/** Parameters as they came, checked. Throws PREPROCESSING_PARAM naming the first that is wrong. */
export function inputOf<Input>(kind: string, schema: z.ZodType<unknown, Input>, params: unknown): Input {
  const fits = (given: unknown): given is Input => schema.safeParse(given).success;
  if (fits(params)) return params;
  throw wrong(kind, schema.safeParse(params).error ?? new z.ZodError([]));
}

import type { z } from 'zod';
import { eventFormulaSchema, textsFormulaSchema } from './events/event-formula.schema';
import { featureFormulaSchema } from './feature-definition.schema';

/** What is wrong with a formula, and where in it. */
export interface FormulaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function firstOf(error: z.ZodError): FormulaIssue | null {
  const [issue] = error.issues;
  if (!issue) return null;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknown].map((step) => (typeof step === 'number' ? step : String(step)));
  return { path, message: issue.message };
}

const within = (step: string | number, found: FormulaIssue): FormulaIssue => ({
  ...found,
  path: [step, ...found.path],
});

/**
 * What is wrong with a formula: of the many shapes that one may have it is held against the one that its fields speak of.
 * Null when nothing is, or when it speaks of none.
 */
export function formulaIssue(formula: unknown): FormulaIssue | null {
  if (typeof formula !== 'object' || formula === null || featureFormulaSchema.safeParse(formula).success) return null;
  if ('aggregate' in formula) {
    const parsed = eventFormulaSchema.safeParse(formula);
    return parsed.success ? null : firstOf(parsed.error);
  }
  if ('texts' in formula) {
    const parsed = textsFormulaSchema.safeParse(formula);
    return parsed.success ? null : firstOf(parsed.error);
  }
  for (const [key, value] of Object.entries(formula)) {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [];
    for (const [i, part] of parts.entries()) {
      const found = formulaIssue(part);
      if (found) return within(key, within(i, found));
    }
    const found = parts.length > 0 ? null : formulaIssue(value);
    if (found) return within(key, found);
  }
  return null;
}

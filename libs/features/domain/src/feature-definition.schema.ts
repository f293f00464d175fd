import { z } from 'zod';
import { eventFormulaSchema, textsFormulaSchema } from './events/event-formula.schema';
import { isTextFormula } from './events/event-formula';
import type { FeatureDefinition, FeaturePart, ScoreFormula } from './feature-definition';

const window = z
  .strictObject({ days: z.number().positive(), endDaysAgo: z.number().positive().optional() })
  .transform(({ days, endDaysAgo }) => (endDaysAgo === undefined ? { days } : { days, endDaysAgo }));

const measures = [
  z.strictObject({ measure: z.literal('daysSince'), order: z.enum(['first', 'last']) }),
  z.strictObject({ measure: z.literal('orders') }),
  z.strictObject({ measure: z.literal('orders'), window }),
  z.strictObject({ measure: z.literal('total'), of: z.enum(['revenue', 'units', 'items']) }),
  z.strictObject({ measure: z.literal('total'), of: z.enum(['revenue', 'units', 'items']), window }),
  z.strictObject({ measure: z.literal('largestOrder') }),
  z.strictObject({ measure: z.literal('orderGap'), statistic: z.enum(['mean', 'deviation']) }),
  z.strictObject({ measure: z.literal('distinctProducts') }),
  z.strictObject({ measure: z.literal('shareOfOrders'), during: z.enum(['weekend', 'preferredHour']) }),
  z.strictObject({ measure: z.literal('events'), name: z.string().min(1), window }),
  z.strictObject({ measure: z.literal('activeDays'), window }),
] as const;

/** A figure that is a number. */
const part: z.ZodType<FeaturePart> = z
  .union([...measures, eventFormulaSchema])
  .refine(
    (one) => ('measure' in one && !('aggregate' in one) ? true : !('as' in one) || !isTextFormula(one)),
    'is no number',
  );
const pair = z.tuple([part, part]);
const scored = { score: part, reverse: z.boolean().optional(), above: z.number().optional() };
const ascending = (cuts: readonly number[]): boolean => cuts.every((cut, i) => i === 0 || cut > (cuts[i - 1] ?? cut));
const cuts = z.array(z.number()).min(1).max(99).refine(ascending, 'has cut points that do not rise');
const score = (most: number): z.ZodType<ScoreFormula> =>
  z.union([
    z.strictObject({ ...scored, cuts: cuts.max(most - 1) }),
    z.strictObject({ ...scored, quantiles: z.int().min(2).max(most) }),
  ]);

/** A feature's formula as data, as files and the API hold it. */
export const featureFormulaSchema: z.ZodType<FeatureDefinition['formula']> = z.union([
  ...measures,
  eventFormulaSchema,
  z.strictObject({ ratio: pair }),
  z.strictObject({ change: pair }),
  score(100),
  z.strictObject({ cell: z.array(score(9)).min(2).max(6) }),
  z.strictObject({ affinity: pair }),
  textsFormulaSchema,
]);

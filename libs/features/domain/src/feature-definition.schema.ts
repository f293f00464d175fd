import { z } from 'zod';
import type { FeatureDefinition } from './feature-definition';

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
const measure = z.union(measures);
const pair = z.tuple([measure, measure]);

/** A feature's formula as data, as files and the API hold it. */
export const featureFormulaSchema: z.ZodType<FeatureDefinition['formula']> = z.union([
  ...measures,
  z.strictObject({ ratio: pair }),
  z.strictObject({ change: pair }),
]);

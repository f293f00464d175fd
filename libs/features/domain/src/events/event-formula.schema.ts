import { z } from 'zod';
import {
  AGGREGATES_OF_NUMBERS,
  CONDITION_OPERATORS,
  PERIODS,
  SESSION_MEASURES,
  type EventCondition,
  type EventFormula,
} from './event-formula';
import { TEXT_MEASURES, type TextsFormula } from '../texts/texts-formula';
import { CALENDAR_UNITS, ROLLING_UNITS, type FeatureWindow } from './feature-window';

/** Steps of a path are keys between dots. */
const path = z.string().regex(/^[^.[\]]{1,100}(\.[^.[\]]{1,100}){0,4}$/, 'is no path: keys between dots, at most five');
const name = z.string().min(1).max(200);
const scalar = z.union([z.string().max(1_000), z.number(), z.boolean()]);

const bare = z.strictObject({ path, op: z.enum(['exists', 'notExists']) });
const equal = z.strictObject({ path, op: z.enum(['eq', 'neq']), value: scalar });
const among = z.strictObject({ path, op: z.enum(['in', 'notIn']), value: z.array(scalar).min(1).max(1_000) });
const order = z.strictObject({ path, op: z.enum(['gt', 'gte', 'lt', 'lte']), value: z.number() });
const part = z.strictObject({ path, op: z.enum(['contains', 'startsWith']), value: z.string().min(1).max(1_000) });
const condition: z.ZodType<EventCondition> = z.discriminatedUnion('op', [bare, equal, among, order, part], {
  error: () => `"op" is none of ${CONDITION_OPERATORS.join(', ')}`,
});

const n = z.number().positive().max(100_000);
const rolling = z.strictObject({ n, unit: z.enum(ROLLING_UNITS) });
const calendar = z.strictObject({
  n: z.int().positive().max(10_000),
  unit: z.enum(CALENDAR_UNITS),
  calendar: z.literal(true),
});
const longer = ({ from, to }: { from: z.infer<typeof rolling>; to: z.infer<typeof rolling> }): boolean => {
  const hours = { minute: 1 / 60, hour: 1, day: 24, week: 168 };
  return from.n * hours[from.unit] > to.n * hours[to.unit];
};

/** When events count, as files and the API hold it. */
export const featureWindowSchema: z.ZodType<FeatureWindow> = z.union([
  z.strictObject({ last: z.union([rolling, calendar]) }),
  z.strictObject({
    between: z.strictObject({ from: rolling, to: rolling }).refine(longer, '"from" lies before "to"'),
  }),
  z.strictObject({ current: z.enum(CALENDAR_UNITS) }),
  z.strictObject({ previous: z.enum(CALENDAR_UNITS) }),
  z.strictObject({ since: z.iso.datetime({ offset: true }) }),
]);

const selection = {
  event: z.union([name, z.array(name).min(1).max(50)]).optional(),
  where: z.array(condition).min(1).max(20).optional(),
  each: path.optional(),
  window: featureWindowSchema.optional(),
};
const of = path;

const numbers = AGGREGATES_OF_NUMBERS.filter((one) => one !== 'percentile');
const schema = z.discriminatedUnion(
  'aggregate',
  [
    z.strictObject({ aggregate: z.enum(['count', 'did', 'lifetime']), ...selection }),
    z.strictObject({ aggregate: z.enum(['gapMean', 'gapVariance', 'gapDeviation', 'gapMax']), ...selection }),
    z.strictObject({ aggregate: z.enum(['preferredHour', 'preferredWeekday']), ...selection }),
    z.strictObject({ aggregate: z.enum(numbers), of, ...selection }),
    z.strictObject({
      aggregate: z.literal('percentile'),
      of,
      p: z
        .number()
        .gt(0)
        .max(100)
        .refine((p) => Math.abs(p * 10 - Math.round(p * 10)) < 1e-9, 'has one decimal at most'),
      ...selection,
    }),
    z.strictObject({ aggregate: z.enum(['distinct', 'entropy', 'topShare']), of, ...selection }),
    z.strictObject({
      aggregate: z.literal('share'),
      of,
      is: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(200)]),
      weight: path.optional(),
      ...selection,
    }),
    z.strictObject({
      aggregate: z.enum(['first', 'last', 'mostFrequent']),
      of,
      as: z.enum(['number', 'text']),
      ...selection,
    }),
    z.strictObject({
      aggregate: z.literal('decayed'),
      of: of.optional(),
      halfLifeDays: z.number().positive().max(36_500),
      ...selection,
    }),
    z.strictObject({ aggregate: z.literal('distinctPeriods'), period: z.enum(PERIODS), ...selection }),
    z.strictObject({
      aggregate: z.literal('streak'),
      period: z.enum(PERIODS),
      which: z.enum(['longest', 'current']),
      ...selection,
    }),
    z.strictObject({ aggregate: z.literal('daysSince'), since: z.enum(['first', 'last']), ...selection }),
    z.strictObject({
      aggregate: z.literal('hourShare'),
      hours: z.strictObject({ from: z.int().min(0).max(23), to: z.int().min(0).max(24) }),
      ...selection,
    }),
    z.strictObject({
      aggregate: z.literal('weekdayShare'),
      weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
      ...selection,
    }),
    z.strictObject({
      aggregate: z.literal('sessions'),
      gapMinutes: z.number().positive().max(1_000_000),
      measure: z.enum(SESSION_MEASURES),
      ...selection,
    }),
  ],
  { error: (issue) => (issue.code === 'invalid_union' ? 'is no aggregate over events' : undefined) },
);

/** One figure over a person's events, as files and the API hold it. */
export const eventFormulaSchema: z.ZodType<EventFormula> = schema;

/** What texts say, as files and the API hold it. */
export const textsFormulaSchema: z.ZodType<TextsFormula> = z.strictObject({
  texts: z.enum(TEXT_MEASURES),
  of,
  words: z.array(z.string().trim().min(1).max(100)).min(1).max(50).optional(),
  event: selection.event,
  where: selection.where,
  window: selection.window,
});

import { z } from 'zod';
import { TEXT_FAULTS } from './column-sketch';
import { VALUE_KINDS } from './value-kind';

/** What a column holds, decided from all of its cells. */
export const COLUMN_TYPES = [
  'empty',
  'integer',
  'decimal',
  'boolean',
  'date',
  'instant',
  'email',
  'phone',
  'url',
  'uuid',
  'postal_code',
  'code',
  'category',
  'json',
  'text',
  'mixed',
] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

const count = z.number().nonnegative();
const lines = z.array(z.number()).readonly();
const counted = <T extends z.ZodType>(of: T) => z.object({ value: of, rows: count, lines }).readonly();

const distribution = z
  .object({
    exact: z.boolean(),
    count,
    min: z.number(),
    max: z.number(),
    values: z.array(z.number()).readonly(),
    weights: z.array(z.number()).readonly(),
  })
  .readonly();

const outliers = z
  .object({
    low: z.number(),
    high: z.number(),
    rows: count,
    lines,
  })
  .readonly();

const numbers = z
  .object({
    count,
    sum: z.number(),
    min: z.number(),
    max: z.number(),
    mean: z.number(),
    sd: z.number().nullable(),
    skew: z.number().nullable(),
    zeros: count,
    negatives: count,
    /** At 1, 5, 25, 50, 75, 95 and 99 percent. */
    quantiles: z.object({
      p01: z.number(),
      p05: z.number(),
      p25: z.number(),
      p50: z.number(),
      p75: z.number(),
      p95: z.number(),
      p99: z.number(),
    }),
    /** Rows within each of the bins between neighbouring edges (the last includes its end), and those beyond. */
    histogram: z.object({
      edges: z.array(z.number()).readonly(),
      rows: z.array(count).readonly(),
      below: count,
      above: count,
    }),
    /** By |z| > 3 with the sample's mean and standard deviation; null without spread. */
    byZ: outliers.nullable(),
    /** Beyond 1.5 interquartile ranges from the quartiles; null when the quartiles are equal. */
    byIqr: outliers.nullable(),
    distribution,
  })
  .readonly();

/** A column's profile as it is saved. `lines` are line numbers of the file, the first few. */
export const columnProfileSchema = z
  .object({
    name: z.string(),
    position: z.int().nonnegative(),
    type: z.enum(COLUMN_TYPES),
    /** Share of the present cells that are of the type, of one. */
    typeShareOfOne: z.number(),
    kinds: z.array(counted(z.enum(VALUE_KINDS))).readonly(),
    /** How a date column is to be read; null for others. `epoch_s` and `epoch_ms` are numbers. */
    dateFormat: z.string().nullable(),
    dateFormats: z.array(counted(z.string())).readonly(),
    /** Of days written as eight digits: those that no calendar has. */
    impossibleDays: z.object({ rows: count, lines }).readonly(),
    /** Day and month could be swapped in every date. */
    dayOrderUnknown: z.boolean(),
    /** The name or the values say that it names something: no arithmetic makes sense on it. */
    isIdentifier: z.boolean(),
    rows: count,
    present: count,
    missing: z
      .object({
        rows: count,
        shareOfOne: z.number(),
        empty: count,
        blank: count,
        words: z.array(counted(z.string())).readonly(),
        /** Values that stand for "missing"; their rows are not in `rows`, and not in the figures of the numbers. */
        sentinels: z.array(counted(z.string())).readonly(),
        lines,
      })
      .readonly(),
    placeholders: z.array(counted(z.string())).readonly(),
    distinct: z.object({ count, exact: z.boolean() }).readonly(),
    top: z.array(z.object({ value: z.string(), rows: count }).readonly()).readonly(),
    /** A count in `top` may be too low by this many rows; 0 says that it is exact. */
    topShortBy: count,
    lengths: z.object({ min: count, max: count, mean: z.number() }).nullable(),
    faults: z.array(counted(z.enum(TEXT_FAULTS))).readonly(),
    /** Numbers with an exponent as written, the first 50. */
    scientific: z.array(z.string()).readonly(),
    /** Spellings of one value that differ in case, spaces or accents' form, most frequent first. */
    variants: z.array(z.array(z.object({ value: z.string(), rows: count }).readonly()).readonly()).readonly(),
    numbers: numbers.nullable(),
    /** The same figures for dates: epoch milliseconds. */
    times: numbers.nullable(),
  })
  .readonly();

export type ColumnProfile = z.infer<typeof columnProfileSchema>;
export type NumberProfile = NonNullable<ColumnProfile['numbers']>;
export type CountedValue = ColumnProfile['missing']['words'][number];

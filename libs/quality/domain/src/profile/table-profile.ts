import { readShape } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { qualityErrors } from '../quality-errors';
import { columnProfileSchema } from './column-profile';

/** Version of the saved form; another is refused, not guessed at. */
export const PROFILE_VERSION = 1;

const count = z.number().nonnegative();
const repeats = z.object({
  rows: count,
  distinct: count,
  repeated: count,
  exact: z.boolean(),
  examples: z.array(z.object({ line: z.number(), firstLine: z.number() }).readonly()).readonly(),
});

/** A table's profile as it is saved and compared. */
export const tableProfileSchema = z
  .object({
    version: z.literal(PROFILE_VERSION),
    rows: count,
    unread: z
      .array(z.object({ code: z.string(), rows: count, lines: z.array(z.number()).readonly() }).readonly())
      .readonly(),
    columns: z.array(columnProfileSchema).readonly(),
    /** Rows that equal an earlier row in every profiled column. */
    duplicates: repeats.readonly(),
    /** Rows whose key an earlier row has; rows without a key are not counted. */
    key: repeats.extend({ column: z.string() }).readonly().nullable(),
    /** Columns without holes whose values are all different. */
    keyCandidates: z.array(z.string()).readonly(),
    /** What looks at several columns at once looked at so many rows. */
    sample: z.object({ rows: count, complete: z.boolean() }).readonly(),
    correlations: z
      .array(
        z
          .object({ a: z.string(), b: z.string(), measure: z.enum(['pearson', 'cramers_v']), value: z.number() })
          .readonly(),
      )
      .readonly(),
    /** `from` decides `to` on so large a share of the rows beyond the first of each value of `from`. */
    dependencies: z
      .array(z.object({ from: z.string(), to: z.string(), heldShareOfOne: z.number() }).readonly())
      .readonly(),
    /** Rows that stand alone among all, by an isolation forest over the numeric columns; null when there are too few. */
    isolated: z
      .object({
        columns: z.array(z.string()).readonly(),
        /** Of the rows looked at, all that stand alone; `rows` are the first few. */
        found: count.optional(),
        rows: z
          .array(
            z
              .object({
                line: z.number(),
                score: z.number(),
                id: z.string().optional(),
                /** The columns in which a row is rare, by the share of rows as far out, rarest first. */
                by: z
                  .array(
                    z
                      .object({ column: z.string(), side: z.enum(['low', 'high']), tailShareOfOne: z.number() })
                      .readonly(),
                  )
                  .readonly()
                  .optional(),
              })
              .readonly(),
          )
          .readonly(),
      })
      .readonly()
      .nullable(),
  })
  .readonly();

const versionSchema = z.object({ version: z.number() });

export type TableProfile = z.infer<typeof tableProfileSchema>;

/**
 * Reads a saved profile.
 *
 * Throws  QUALITY_PROFILE_INVALID with the place, QUALITY_PROFILE_VERSION
 */
export function profileFromData(data: unknown): TableProfile {
  const version = readShape(versionSchema, data);
  if (version.success && version.data.version !== PROFILE_VERSION) {
    throw qualityErrors.QUALITY_PROFILE_VERSION({ found: version.data.version, wanted: PROFILE_VERSION });
  }
  const parsed = readShape(tableProfileSchema, data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw qualityErrors.QUALITY_PROFILE_INVALID({
    reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a profile'}`,
  });
}

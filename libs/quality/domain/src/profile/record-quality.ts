import { z } from 'zod';
import type { TableProfile } from './table-profile';

/** Version of the saved form. */
export const RECORD_QUALITY_VERSION = 1;

const count = z.number().nonnegative();

/** What a workspace keeps of its records as wholes: counts, ids and names of fields, and no value of anybody. */
export const recordQualitySchema = z
  .object({
    version: z.literal(RECORD_QUALITY_VERSION),
    /** Records that equal an earlier one in all that is compared, of those that were compared. */
    duplicates: z.object({ compared: count, repeated: count, exact: z.boolean() }).readonly(),
    /** Null: too few records or numeric fields. `found`: of the sampled records; `rows`: the most isolated of them. */
    isolated: z
      .object({
        fields: z.array(z.string()).readonly(),
        sampled: count,
        found: count,
        rows: z
          .array(
            z
              .object({
                id: z.string(),
                score: z.number(),
                by: z
                  .array(
                    z
                      .object({ field: z.string(), side: z.enum(['low', 'high']), tailShareOfOne: z.number() })
                      .readonly(),
                  )
                  .readonly(),
              })
              .readonly(),
          )
          .readonly(),
      })
      .readonly()
      .nullable(),
  })
  .readonly();

export type RecordQuality = z.infer<typeof recordQualitySchema>;

/** What is kept of a table's records. Rows without an id are counted and not named. */
export function recordQuality({ duplicates, isolated, sample }: TableProfile): RecordQuality {
  const { rows: compared, repeated, exact } = duplicates;
  return {
    version: RECORD_QUALITY_VERSION,
    duplicates: { compared, repeated, exact },
    isolated: isolated && {
      fields: isolated.columns,
      sampled: sample.rows,
      found: isolated.found ?? isolated.rows.length,
      rows: isolated.rows.flatMap(({ id, score, by }) =>
        id === undefined
          ? []
          : [{ id, score, by: (by ?? []).map(({ column, ...rest }) => ({ field: column, ...rest })) }],
      ),
    },
  };
}

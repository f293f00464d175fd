import { z } from 'zod';
import { preprocessingErrors } from '../preprocessing-errors';
import { anyColumn } from '../transformer/column-guard';
import { defineSelector } from './define-selector';

const KIND = 'column-selector';

const params = z.strictObject({
  action: z.enum(['keep', 'drop']).default('keep'),
  columns: z.array(z.string()).min(1),
});

/**
 * Keeps the named columns, or drops them; nothing is learned.
 *
 * Shape   n × d to n × kept, in the order of the table; score: 1 for kept, 0 for dropped
 * Throws  PREPROCESSING_COLUMN_MISSING for a name that is not in the table; PREPROCESSING_NOTHING_LEFT
 */
export const columnSelector = defineSelector({
  kind: KIND,
  params,
  accepts: anyColumn,
  missingValues: 'kept',
  emptyBecause: 'every column was dropped',
  judge: (data, { action, columns }) => {
    const there = new Set(data.columns.map(({ name }) => name));
    const absent = columns.find((name) => !there.has(name));
    if (absent !== undefined) throw preprocessingErrors.PREPROCESSING_COLUMN_MISSING({ column: absent });
    const named = new Set(columns);
    return data.columns.map(({ name }) => {
      const kept = named.has(name) === (action === 'keep');
      return { name, score: kept ? 1 : 0, kept };
    });
  },
});

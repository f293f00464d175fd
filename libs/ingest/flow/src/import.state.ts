import { z } from 'zod';
import type { IngestCounts, Json } from '@kohort/kernel-contracts';

const count = z.int().min(0);

/**
 * Where an import stands, committed with the rows it speaks of. Counts are rows of the file:
 * received = stored + duplicate + rejected + suppressed + quarantined = rowsConsumed.
 */
export const importCheckpointSchema = z.strictObject({
  sha256: z.string(),
  /** `name@version`; a checkpoint of another mapping does not fit. */
  mapping: z.string(),
  /** When the import began: what later starts decide by must not move. */
  receivedAt: z.number(),
  rowsConsumed: count,
  messages: count,
  counts: z.strictObject({
    received: count,
    stored: count,
    duplicate: count,
    rejected: count,
    suppressed: count,
    quarantined: count,
    duplicateConflict: count,
  }),
  /** Rows refused, by reason. */
  reasons: z.record(z.string(), count),
});

export type ImportCheckpoint = z.infer<typeof importCheckpointSchema>;

const ZERO: IngestCounts = {
  received: 0,
  stored: 0,
  duplicate: 0,
  rejected: 0,
  suppressed: 0,
  quarantined: 0,
  duplicateConflict: 0,
};

/** The state before the first row. */
export function newCheckpoint(of: Pick<ImportCheckpoint, 'sha256' | 'mapping' | 'receivedAt'>): ImportCheckpoint {
  return { ...of, rowsConsumed: 0, messages: 0, counts: { ...ZERO }, reasons: {} };
}

/** The checkpoint of an earlier start; null when there was none. */
export function parseCheckpoint(stored: Json): ImportCheckpoint | null {
  return stored === null ? null : importCheckpointSchema.parse(stored);
}

/** What one transaction adds. */
export interface ImportStep {
  readonly rowsConsumed: number;
  readonly messages: number;
  readonly reasons: ReadonlyMap<string, number>;
}

/** The state after a step whose rows became `counts`. */
export function afterStep(before: ImportCheckpoint, step: ImportStep, counts: IngestCounts): ImportCheckpoint {
  const sum = (key: keyof IngestCounts): number => before.counts[key] + counts[key];
  const reasons = { ...before.reasons };
  for (const [code, rows] of step.reasons) reasons[code] = (reasons[code] ?? 0) + rows;
  return {
    ...before,
    rowsConsumed: step.rowsConsumed,
    messages: before.messages + step.messages,
    reasons,
    counts: {
      received: sum('received'),
      stored: sum('stored'),
      duplicate: sum('duplicate'),
      rejected: sum('rejected'),
      suppressed: sum('suppressed'),
      quarantined: sum('quarantined'),
      duplicateConflict: sum('duplicateConflict'),
    },
  };
}

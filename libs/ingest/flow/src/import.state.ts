import { z } from 'zod';
import type { IngestCounts, Json } from '@kohort/kernel-contracts';

const count = z.int().min(0);

const countsSchema = z.strictObject({
  received: count,
  stored: count,
  duplicate: count,
  rejected: count,
  suppressed: count,
  quarantined: count,
  duplicateConflict: count,
});

/** What an import or a pull adds up. Counts are rows. */
export const totalsShape = {
  rowsConsumed: count,
  messages: count,
  counts: countsSchema,
  /** Rows refused, by reason. */
  reasons: z.record(z.string(), count),
};

/** The sums of an import or a pull. */
export type ImportTotals = z.infer<z.ZodObject<typeof totalsShape>>;

/**
 * Where an import stands, committed with the rows it speaks of. Counts are rows of the file:
 * received = stored + duplicate + rejected + suppressed + quarantined = rowsConsumed.
 */
export const importCheckpointSchema = z.strictObject({
  sha256: z.string(),
  /** Where a fetched file was kept; an upload's place stands in the parameters. */
  artifactKey: z.string().optional(),
  /** `name@version`; a checkpoint of another mapping does not fit. */
  mapping: z.string(),
  /** When the import began: what later starts decide by must not move. */
  receivedAt: z.number(),
  ...totalsShape,
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

/** Nothing yet. */
export function noTotals(): ImportTotals {
  return { rowsConsumed: 0, messages: 0, counts: { ...ZERO }, reasons: {} };
}

/** The state before the first row. */
export function newCheckpoint(
  of: Pick<ImportCheckpoint, 'sha256' | 'mapping' | 'receivedAt' | 'artifactKey'>,
): ImportCheckpoint {
  return { ...of, ...noTotals() };
}

/** Between the fetching of an address and the first row. */
const fetchedSchema = z.strictObject({ fetched: z.string() });

/** The artifact that an earlier start has fetched; null when it got no further, or beyond. */
export function parseFetched(stored: Json): string | null {
  const read = fetchedSchema.safeParse(stored);
  return read.success ? read.data.fetched : null;
}

/** The checkpoint of an earlier start; null when no row had been read. */
export function parseCheckpoint(stored: Json): ImportCheckpoint | null {
  return stored === null || parseFetched(stored) !== null ? null : importCheckpointSchema.parse(stored);
}

/** What one transaction adds. */
export interface ImportStep {
  readonly rowsConsumed: number;
  readonly messages: number;
  readonly reasons: ReadonlyMap<string, number>;
}

/** The state after a step whose rows became `counts`. */
export function afterStep<T extends ImportTotals>(before: T, step: ImportStep, counts: IngestCounts): T {
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

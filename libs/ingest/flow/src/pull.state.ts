import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import type { ImportUnit } from '@kohort/ingest-domain';
import { noTotals, totalsShape } from './import.state';

/** A row left out: of which file, where, why. No content. */
const rejectSchema = z.strictObject({
  file: z.string().nullable(),
  line: z.number(),
  row: z.number(),
  code: z.string(),
  column: z.string(),
  message: z.string(),
});

/** Of the rows left out so many are listed; all are counted. A source cannot be read a second time as a file can. */
export const LISTED_REJECTS = 500;

/** Where a pull stands, committed with the rows it speaks of. The position beside it stands with the connection. */
export const pullCheckpointSchema = z.strictObject({
  /** When the pull began: what later starts decide by must not move. */
  receivedAt: z.number(),
  ...totalsShape,
  /** The file that is being read, and how many of its rows are settled. */
  file: z.strictObject({ name: z.string(), version: z.string(), rows: z.int().min(0) }).nullable(),
  files: z.int().min(0),
  /** Records of a mirrored source that were found to be gone. */
  removed: z.int().min(0).default(0),
  /** Of a mirrored source: every page is read, and what is gone is being taken back. */
  areRead: z.boolean().default(false),
  rejects: z.array(rejectSchema),
});

export type PullCheckpoint = z.infer<typeof pullCheckpointSchema>;
export type PullReject = z.infer<typeof rejectSchema>;

/** The state of an earlier start, or the one before the first row. */
export function pullCheckpoint(stored: Json, now: number): PullCheckpoint {
  if (stored !== null) return pullCheckpointSchema.parse(stored);
  return { receivedAt: now, ...noTotals(), file: null, files: 0, removed: 0, areRead: false, rejects: [] };
}

/** The list with the rows that these units leave out. */
export function withRejects(
  listed: readonly PullReject[],
  units: readonly ImportUnit[],
  file: string | null,
): PullReject[] {
  if (listed.length >= LISTED_REJECTS) return [...listed];
  const more = units.flatMap(({ refused }) =>
    refused.map(({ line, row, code, column, message }) => ({ file, line, row, code, column, message })),
  );
  return [...listed, ...more].slice(0, LISTED_REJECTS);
}

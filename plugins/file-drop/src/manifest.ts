import { z } from 'zod';
import { fileDropErrors } from './errors';

const column = z.strictObject({ name: z.string(), type: z.enum(['string', 'integer', 'timestamp', 'json']) });
const part = z.strictObject({
  key: z.string(),
  rows: z.number().int(),
  bytes: z.number().int(),
  sha256: z.string(),
  adds: z.number().int(),
  removes: z.number().int(),
});

/** `_manifest.json`: what a reader needs to know of a run. A run without one is not there yet. */
export const runManifestSchema = z.strictObject({
  run_id: z.string(),
  segment: z.strictObject({ id: z.string(), key: z.string(), name: z.string() }),
  mode: z.literal('diff'),
  files: z.array(part),
  columns: z.array(column),
  adds: z.number().int(),
  removes: z.number().int(),
  started_at: z.string(),
  finished_at: z.string(),
  schema_version: z.literal(1),
});

export type RunManifest = z.output<typeof runManifestSchema>;
export type ManifestPart = z.output<typeof part>;

/**
 * Reads a manifest of ours.
 *
 * Throws  FILE_DROP_MANIFEST
 */
export function parseRunManifest(bytes: Uint8Array): RunManifest {
  try {
    return runManifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (thrown) {
    throw fileDropErrors.FILE_DROP_MANIFEST({ delivered: 'no' }, { cause: thrown });
  }
}

/** Puts a part in: a part that was written before under the same name is replaced, so that a repeat adds nothing. */
export function withPart(
  before: RunManifest | null,
  fresh: Omit<RunManifest, 'files' | 'adds' | 'removes'>,
  added: ManifestPart,
): RunManifest {
  const others = (before?.files ?? []).filter((one) => one.key !== added.key);
  const files = [...others, added].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    ...fresh,
    files,
    adds: files.reduce((sum, one) => sum + one.adds, 0),
    removes: files.reduce((sum, one) => sum + one.removes, 0),
  };
}

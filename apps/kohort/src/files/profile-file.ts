import { IMPORT_LIMITS, openImport, type ReadRow } from '@kohort/ingest-domain';
import { seededRandom } from '@kohort/kernel-clock-random';
import type { JobControl } from '@kohort/kernel-contracts';
import {
  TableProfiler,
  flattenRecord,
  qualityErrors,
  type ProfileOptions,
  type TableProfile,
} from '@kohort/quality-domain';
import { localImportFile } from './local-import-file';
import { parquetDecoder } from './parquet-decoder';

/** Of the isolation forest: the same file gives the same profile. */
const SEED = 1;

/** What of a file is profiled; as `kohort profile` takes it. */
export type FileProfileOptions = Pick<ProfileOptions, 'columns' | 'key' | 'sampleRows'>;

function take(profiler: TableProfiler, row: ReadRow): void {
  if (row.kind === 'cells') profiler.add(row.cells, row.line);
  else if (row.kind === 'fault') profiler.addUnread(row.code, row.line);
  else profiler.addRecord(flattenRecord(row.value as Record<string, unknown>), row.line);
}

/**
 * Profiles a file that the importer can read: CSV (gzip allowed), NDJSON, Parquet. Rows that cannot be read are counted,
 * with their lines, and passed over.
 *
 * Cost    one pass for the digest, one for the rows; memory does not grow with the file
 * Throws  FILE_NOT_FOUND, INGEST_FILE_UNREADABLE, INGEST_HEADER_INVALID, INGEST_FILE_MALFORMED, QUALITY_COLUMN_UNKNOWN,
 *         QUALITY_NO_ROWS, QUALITY_CANCELLED
 */
export async function profileFile(
  path: string,
  options: FileProfileOptions,
  control: JobControl,
): Promise<TableProfile> {
  const opened = await openImport(await localImportFile(path), IMPORT_LIMITS, parquetDecoder);
  // The columns of NDJSON are found as they come.
  const header = opened.format === 'ndjson' ? (options.columns ?? (options.key ? [options.key] : [])) : opened.header;
  const profiler = new TableProfiler({ ...options, header });
  for await (const block of opened.rows()) {
    if (control.signal?.aborted) throw qualityErrors.QUALITY_CANCELLED();
    for (const row of block) take(profiler, row);
    control.onProgress?.({ phase: 'reading rows', ...opened.progress() });
  }
  control.onProgress?.({ phase: 'comparing columns', ...opened.progress() });
  const profile = profiler.finish();
  if (profile.rows === 0) throw qualityErrors.QUALITY_NO_ROWS({ what: path });
  const random = seededRandom(SEED);
  return { ...profile, isolated: await profiler.isolated(profile, { ...control, random }) };
}

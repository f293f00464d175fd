import { defineErrors } from '@kohort/kernel-errors';
import type { ArtifactStore, RunParams } from '@kohort/kernel-contracts';
import {
  importRecords,
  mappingFromData,
  namedMapping,
  type ImportFile,
  type ImportLimits,
  type ImportReading,
  type Mapping,
  type ParquetDecoder,
} from '@kohort/ingest-domain';

export const importErrors = defineErrors({
  INGEST_URL_REFUSED: {
    kind: 'invalid-input',
    message: (d) => `the address cannot be imported: ${String(d['reason'])}`,
  },
  INGEST_URL_FAILED: { kind: 'transient', message: (d) => `the address could not be read: ${String(d['reason'])}` },
  INGEST_URL_CHANGED: {
    kind: 'transient',
    message: () => 'the file behind the address changed while it was read, or cannot be read in parts',
  },
  INGEST_FILE_MISSING: { kind: 'not-found', message: () => 'the uploaded file is not in the artifact store' },
});

/** A mapping of this name is chosen by the file's columns. */
export const AUTO_MAPPING = 'auto';

export type ImportParams = RunParams<'ingest.import'>;

/** An import's file, and where it lies. */
export interface StoredImportFile extends ImportFile {
  readonly key: string;
}

/** A stored artifact as the import engine wants it. */
export async function importFile(artifacts: ArtifactStore, key: string, name: string): Promise<StoredImportFile> {
  const found = await artifacts.stat(key);
  if (!found) throw importErrors.INGEST_FILE_MISSING();
  const { sha256, bytes } = found;
  return { key, name, sha256, bytes, read: (range) => artifacts.read(key, range) };
}

/** How a file is opened. */
export interface OpenOptions {
  readonly mappings: readonly Mapping[];
  readonly limits?: ImportLimits | undefined;
  /** Decodes Parquet; this thread does when absent. */
  readonly parquet?: ParquetDecoder | undefined;
  readonly receivedAt: number;
  readonly skipRows?: number;
}

/** The mapping that was asked for: by name, as data; null: to be chosen by the columns. */
export function askedMapping(asked: ImportParams['mapping'], mappings: readonly Mapping[]): Mapping | null {
  if (typeof asked !== 'string') return mappingFromData(asked);
  return asked === AUTO_MAPPING ? null : namedMapping(asked, mappings);
}

/** Opens the file with the mapping that was asked for. */
export async function openSource(
  file: ImportFile,
  params: Pick<ImportParams, 'mapping' | 'sourceId' | 'createProfiles'>,
  options: OpenOptions,
): Promise<ImportReading> {
  const { sourceId, createProfiles } = params;
  const mapping = askedMapping(params.mapping, options.mappings);
  return importRecords(file, { ...options, sourceId, createProfiles, mapping });
}

import { defineErrors } from '@kohort/kernel-errors';
import type { ArtifactStore, RunParams } from '@kohort/kernel-contracts';
import {
  importRecords,
  mappingFromData,
  namedMapping,
  type ImportFile,
  type ImportReading,
  type Mapping,
} from '@kohort/ingest-domain';

export const importErrors = defineErrors({
  INGEST_FILE_MISSING: { kind: 'not-found', message: () => 'the uploaded file is not in the artifact store' },
});

/** A mapping of this name is chosen by the file's columns. */
export const AUTO_MAPPING = 'auto';

export type ImportParams = RunParams<'ingest.import'>;

/** The file of an import as the import engine wants it. */
export async function importFile(artifacts: ArtifactStore, params: ImportParams): Promise<ImportFile> {
  const found = await artifacts.stat(params.artifactKey);
  if (!found) throw importErrors.INGEST_FILE_MISSING();
  const { sha256, bytes } = found;
  return { name: params.fileName, sha256, bytes, read: (range) => artifacts.read(params.artifactKey, range) };
}

/** Opens the file with the mapping that was asked for: by name, as data, or by its columns. */
export async function openSource(
  file: ImportFile,
  params: ImportParams,
  options: { readonly mappings: readonly Mapping[]; readonly receivedAt: number; readonly skipRows?: number },
): Promise<ImportReading> {
  const { mappings } = options;
  const asked = params.mapping;
  const named = (name: string): Mapping | null => (name === AUTO_MAPPING ? null : namedMapping(name, mappings));
  const mapping = typeof asked === 'string' ? named(asked) : mappingFromData(asked);
  return importRecords(file, { ...options, sourceId: params.sourceId, mapping });
}

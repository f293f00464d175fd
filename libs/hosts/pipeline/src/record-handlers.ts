import { textMasker, type Engines, type OpenedColumns } from '@kohort/hosts-runtime';
import { IMPORT_LIMITS, type ImportLimits, type Mapping, type ParquetDecoder } from '@kohort/ingest-domain';
import { importFlow, inspectSource, maskGate, pullFlow, type ImportDeps, type PullDeps } from '@kohort/ingest-flow';
import { runParams, type HttpStreamer, type Json, type MessageScreen } from '@kohort/kernel-contracts';
import type { JobHandlers } from '@kohort/pipeline-map';
import {
  importedFiles,
  ingestStore,
  knownPeople,
  maskingStore,
  runHandler,
  segmentRefreshes,
  suppressionGate,
  trackingStore,
} from '@kohort/platform-postgres';
import { planGate } from '@kohort/quality-flow';

/** What the jobs on records are bound to. */
export interface RecordParts {
  readonly engines: Pick<Engines, 'database' | 'artifacts' | 'clock'>;
  readonly columns: OpenedColumns;
  readonly mappings: readonly Mapping[];
  readonly importLimits?: ImportLimits | undefined;
  /** Decodes Parquet; this thread does when absent. */
  readonly parquet?: ParquetDecoder | undefined;
  readonly http: HttpStreamer;
  /** Keeps suppressed people out. */
  readonly screen: MessageScreen;
  readonly sources: Pick<PullDeps, 'connections' | 'connectors'>;
}

/** Imports, pulls and the way into the column store. */
export function recordHandlers(parts: RecordParts): JobHandlers {
  const { engines, columns, mappings, importLimits, http, screen, sources } = parts;
  const { database, artifacts, clock } = engines;
  const refreshes = segmentRefreshes(database);
  const imports: ImportDeps = {
    store: ingestStore(database, { screen }),
    people: knownPeople(database),
    files: importedFiles(database),
    http,
    artifacts,
    mappings,
    clock,
    limits: importLimits ?? IMPORT_LIMITS,
    parquet: parts.parquet,
    suppression: suppressionGate(database, screen),
    plans: planGate({ store: trackingStore(database), clock }),
    masks: maskGate({ store: maskingStore(database), clock, maskText: () => textMasker(new Map()) }),
  };
  return {
    'ingest.import': runHandler({
      database,
      clock,
      params: runParams['ingest.import'],
      flow: async (context, params): Promise<Json> => {
        const { counts, reasons, ...result } = await importFlow(imports, context, params);
        if (counts.stored > 0) await refreshes.afterImport(context.run.workspaceId);
        return { ...result, counts: { ...counts }, reasons };
      },
    }),
    'ingest.pull': runHandler({
      database,
      clock,
      params: runParams['ingest.pull'],
      flow: async (context, params): Promise<Json> => {
        const { counts, reasons, ...result } = await pullFlow({ ...imports, ...sources }, context, params);
        if (counts.stored > 0) await refreshes.afterImport(context.run.workspaceId);
        return { ...result, counts: { ...counts }, reasons };
      },
    }),
    'ingest.inspect': runHandler({
      database,
      clock,
      params: runParams['ingest.inspect'],
      flow: ({ run, signal }, params) =>
        inspectSource({ ...imports, ...sources }, { ...params, workspaceId: run.workspaceId }, { signal }),
    }),
    'columns.load': async ({ workspaceId }, { signal }) => {
      await columns.loader.load(workspaceId, { signal });
    },
  };
}

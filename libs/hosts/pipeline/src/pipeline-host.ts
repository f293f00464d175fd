import { computeFeaturesFlow } from '@kohort/features-flow';
import { openDataset, type Engines, type OpenedColumns } from '@kohort/hosts-runtime';
import { resolveIdentities } from '@kohort/identity-flow';
import type { Mapping } from '@kohort/ingest-domain';
import { importFlow } from '@kohort/ingest-flow';
import { runParams, type Json } from '@kohort/kernel-contracts';
import type { DatasetPort } from '@kohort/models-flow';
import type { JobHandlers } from '@kohort/pipeline-map';
import { featureStore, identityStore, ingestStore, runHandler, segmentStore } from '@kohort/platform-postgres';
import { RuleSets, backfillSegment, evaluateTouched, rescoreSegments, type SegmentsDeps } from '@kohort/segments-flow';
import { startTimers, type Timers } from './timers';

/** What the pipeline worker is bound to. */
export interface PipelineParts {
  readonly engines: Pick<Engines, 'database' | 'artifacts' | 'clock' | 'logger'>;
  readonly columns: OpenedColumns;
  /** Mappings that an imported file may be matched with. */
  readonly mappings: readonly Mapping[];
}

/** The jobs of the pipeline worker, data sets for models, and the clock of the segments. */
export interface PipelineHost {
  readonly handlers: JobHandlers;
  readonly dataset: DatasetPort;
  readonly segments: SegmentsDeps;
  /** Exits and entries by time alone; one process of an installation should run them, several do no harm. */
  startTimers(): Timers;
}

function recordHandlers({ engines, columns, mappings }: PipelineParts): JobHandlers {
  const { database, artifacts, clock } = engines;
  const store = ingestStore(database);
  const identity = identityStore(database);
  return {
    'ingest.import': runHandler({
      database,
      clock,
      params: runParams['ingest.import'],
      flow: async (context, params): Promise<Json> => {
        const { counts, reasons, ...result } = await importFlow({ store, artifacts, mappings, clock }, context, params);
        return { ...result, counts: { ...counts }, reasons };
      },
    }),
    'identity.resolve': async (input, { signal }) => {
      await resolveIdentities({ store: identity }, input, signal);
    },
    'columns.load': async ({ workspaceId }, { signal }) => {
      await columns.loader.load(workspaceId, { signal });
    },
  };
}

function segmentHandlers({ engines, columns }: PipelineParts, segments: SegmentsDeps): JobHandlers {
  const { database, clock } = engines;
  const stores = { columns: columns.columns.store, loader: columns.loader };
  return {
    'segments.evaluate': async (input, { signal }) => {
      await evaluateTouched(segments, input, signal);
    },
    'segments.rescore': async ({ workspaceId }, { signal }) => {
      await rescoreSegments(segments, { workspaceId, signal });
    },
    'segments.backfill': runHandler({
      database,
      clock,
      params: runParams['segments.backfill'],
      flow: (context, params) => backfillSegment({ ...segments, ...stores }, context, params),
    }),
    'features.compute': runHandler({
      database,
      clock,
      params: runParams['features.compute'],
      flow: (context, params) => computeFeaturesFlow({ ...stores, features: featureStore(database) }, context, params),
    }),
  };
}

/** Binds ingest, identity, columns, features and segments to their engines. */
export function openPipelineHost(parts: PipelineParts): PipelineHost {
  const { engines, columns } = parts;
  const { database, logger } = engines;
  const segments: SegmentsDeps = { store: segmentStore(database), ruleSets: new RuleSets() };
  return {
    segments,
    dataset: openDataset(columns, database),
    handlers: { ...recordHandlers(parts), ...segmentHandlers(parts, segments) },
    startTimers: () => startTimers({ segments, logger }),
  };
}

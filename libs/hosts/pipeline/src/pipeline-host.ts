import { setImmediate as rest } from 'node:timers/promises';
import { computeFeaturesFlow, LiveTraits } from '@kohort/features-flow';
import { threadParquet } from '@kohort/hosts-reading';
import { openDataset, textReader, type Engines, type OpenedColumns } from '@kohort/hosts-runtime';
import type { ImportLimits, Mapping } from '@kohort/ingest-domain';
import { DEDUPE_DAYS, runParams, type ProfileId, type SecretBox, type WorkspaceId } from '@kohort/kernel-contracts';
import type { DatasetPort } from '@kohort/models-flow';
import type { JobHandlers } from '@kohort/pipeline-map';
import type { Compute } from '@kohort/platform-compute';
import { createEgressClient } from '@kohort/platform-http';
import {
  expireKeys,
  featureStatisticsStore,
  featureStore,
  liveTraitStore,
  quarantineStore,
  resumeSwitches,
  runHandler,
  runsHandler,
  sealHours,
  segmentRefreshes,
  segmentStore,
  watchStore,
  listen,
  TIMER_CHANNEL,
} from '@kohort/platform-postgres';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import {
  RuleSets,
  backfillSegments,
  evaluateAccounts,
  evaluateProfiles,
  evaluateTouched,
  followCrowd,
  rescoreSegments,
  type SegmentsDeps,
} from '@kohort/segments-flow';
import { identityHandlers } from './identity-handlers';
import type { Timers } from '@kohort/hosts-runtime';
import { qualityHandlers } from './quality-handlers';
import { startModelTimer } from './model-timer';
import { startWeeklyProfiles } from './quality-timer';
import { recordHandlers } from './record-handlers';
import { bindSources } from './bind-sources';
import { startSwitchTimer } from './switch-timer';
import { startTimers } from './timers';
import { trackingHandlers } from './tracking-handlers';
import { startWatch } from './watch-timer';

const DEFAULT_QUARANTINE_DAYS = 30;

/** What the pipeline worker is bound to. */
export interface PipelineParts {
  readonly engines: Pick<Engines, 'database' | 'artifacts' | 'clock' | 'logger'>;
  readonly columns: OpenedColumns;
  /** Mappings that an imported file may be matched with. */
  readonly mappings: readonly Mapping[];
  readonly importLimits?: ImportLimits | undefined;
  /** Opens the sealed credentials of source connections; null: connections with credentials cannot be used. */
  readonly secrets: SecretBox | null;
  /** Exact `host:port` pairs that may be private (`KOHORT_EGRESS_ALLOW`); empty in production. */
  readonly egressAllow: readonly string[];
  /** Keys of the suppression list, newest first, 32 bytes each; the gateway has the same. */
  readonly suppressionKeys: readonly Uint8Array[];
  /** How long a quarantined item is kept; 30 days when absent. */
  readonly quarantineDays?: number | undefined;
  readonly dedupeDays?: number | undefined;
  /** Must know the thread `identity`. */
  readonly compute: Compute;
  /** Folder of the built thread entries, and the heap of one thread. */
  readonly threadsDir: string;
  readonly heapLimitMb: number;
}

/** The jobs of the pipeline worker, data sets for models, and what time alone sets going. */
export interface PipelineHost {
  readonly handlers: JobHandlers;
  readonly dataset: DatasetPort;
  readonly segments: SegmentsDeps;
  /**
   * Exits and entries by time alone, pulls that are due, volumes, quarantine's days; one process of an installation
   * should run them, several do no harm.
   */
  startTimers(): Timers;
  /** Ends the kept connections to addresses that were imported or pulled from. */
  close(): Promise<void>;
}

function segmentHandlers({ engines, columns }: PipelineParts, segments: SegmentsDeps): JobHandlers {
  const { database, clock } = engines;
  const stores = { columns: columns.columns.store, loader: columns.loader };
  const traits = { features: featureStore(database), statistics: featureStatisticsStore(database) };
  const live = liveTraitStore(database);
  const liveTraits = new LiveTraits({ ...traits, live, clock, texts: textReader });
  const changed = async (workspaceId: WorkspaceId, ids: readonly ProfileId[], signal: AbortSignal): Promise<void> => {
    const profiles = ids.map((profileId) => ({ profileId, cause: 'event' as const, eventId: null }));
    await evaluateProfiles(segments, { workspaceId, profiles, signal });
  };
  return {
    'segments.evaluate': async (input, { signal }) => {
      const { keys: computedTraits } = await liveTraits.touch(input, signal);
      await evaluateTouched(segments, { ...input, computedTraits }, signal);
    },
    'segments.relate': async (input, { signal }) => {
      await evaluateAccounts(segments, input, signal);
    },
    'segments.rescore': async ({ workspaceId }, { signal }) => {
      await rescoreSegments(segments, { workspaceId, signal });
    },
    'segments.crowd': runHandler({
      database,
      clock,
      params: runParams['segments.crowd'],
      flow: (context, params) => followCrowd(segments, context, params),
    }),
    'segments.backfill': runsHandler({
      database,
      clock,
      params: runParams['segments.backfill'],
      flow: (runs) => backfillSegments({ ...segments, ...stores }, runs),
    }),
    'features.compute': runHandler({
      database,
      clock,
      params: runParams['features.compute'],
      flow: (context, params) =>
        computeFeaturesFlow(
          { ...stores, ...traits, live: { store: live, changed }, texts: textReader, rest: () => rest() },
          context,
          params,
        ),
    }),
  };
}

/** Binds ingest, identity, columns, features and segments to their engines. */
export function openPipelineHost(parts: PipelineParts): PipelineHost {
  const { engines, columns } = parts;
  const { database, logger } = engines;
  const segments: SegmentsDeps = { store: segmentStore(database), ruleSets: new RuleSets() };
  const http = createEgressClient({ allow: parts.egressAllow });
  const screen = messageScreen(new SuppressionKeys(parts.suppressionKeys));
  const sources = bindSources({ ...parts, http });
  return {
    segments,
    dataset: openDataset(columns, database),
    handlers: {
      ...recordHandlers({ ...parts, parquet: threadParquet(parts), http, screen, sources }),
      ...identityHandlers({ ...parts, screen }),
      ...segmentHandlers(parts, segments),
      ...trackingHandlers({ ...engines, screen }),
      ...qualityHandlers(engines),
    },
    startTimers() {
      const timers = startTimers({
        segments,
        connections: sources.connections,
        refreshes: segmentRefreshes(database),
        logger,
        onTimerSet: (wake) => listen(database.url, TIMER_CHANNEL, wake),
      });
      const volumes = watchStore(database);
      const usualDays = parts.dedupeDays ?? DEDUPE_DAYS.usual;
      const watch = startWatch({
        store: volumes,
        quarantine: quarantineStore(database),
        quarantineDays: parts.quarantineDays ?? DEFAULT_QUARANTINE_DAYS,
        expireKeys: (workspaceId, limit) => expireKeys(database, workspaceId, { limit, usualDays }),
        sealHours: (workspaceId) => sealHours(database, workspaceId),
        logger,
      });
      const { clock } = engines;
      const weekly = startWeeklyProfiles({ database, clock, logger, workspaces: () => volumes.workspaces() });
      const models = startModelTimer({ database, clock, logger, workspaces: () => volumes.workspaces() });
      const switches = startSwitchTimer({ resume: () => resumeSwitches(database), logger });
      const all = [timers, watch, weekly, models, switches];
      return { stop: async () => void (await Promise.all(all.map((one) => one.stop()))) };
    },
    close: () => http.close(),
  };
}

import type { JobRecord, SyncRunRecord, WorkspaceReader } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { AlertFeed } from './alert-feed';
import { LatestFeed, type ReadingFeedParts } from './latest-feed';

/** What clients watch beside the change log. */
export interface ProgressFeeds {
  /** By job id. */
  readonly jobs: LatestFeed<JobRecord>;
  /** By run id. */
  readonly syncRuns: LatestFeed<SyncRunRecord>;
  /** The latest back-fill of a segment, by segment id. */
  readonly segments: LatestFeed<JobRecord>;
  readonly alerts: AlertFeed;
  /** Ends all streams. */
  stop(): Promise<void>;
}

const OVER: readonly string[] = ['succeeded', 'partial', 'failed', 'cancelled'];
const BACKFILL = 'segments.backfill';
/** Back-fills looked through for those that somebody watches. */
const BACKFILLS = 100;
const ofSegment = z.object({ segmentId: z.string() });

async function jobsOf(reader: WorkspaceReader, ids: readonly string[]): Promise<Map<string, JobRecord>> {
  return new Map((await reader.jobs.byIds(ids)).map((job) => [job.id, job]));
}

async function syncRunsOf(reader: WorkspaceReader, ids: readonly string[]): Promise<Map<string, SyncRunRecord>> {
  const runs = await Promise.all(ids.map((id) => reader.syncs.run(id)));
  return new Map(runs.flatMap((run) => (run ? [[run.id, run] as const] : [])));
}

async function backfillsOf(reader: WorkspaceReader): Promise<Map<string, JobRecord>> {
  const { items } = await reader.jobs.list({ job: BACKFILL }, { first: BACKFILLS, after: null });
  const latest = new Map<string, JobRecord>();
  for (const { node } of items) {
    const params = ofSegment.safeParse(node.params);
    if (params.success && !latest.has(params.data.segmentId)) latest.set(params.data.segmentId, node);
  }
  return latest;
}

/** Opens the feeds of a process; all of them go by one pulse. */
export function progressFeeds(parts: ReadingFeedParts): ProgressFeeds {
  const isOver = ({ status }: { readonly status: string }): boolean => OVER.includes(status);
  const jobs = new LatestFeed(parts, { read: jobsOf, isOver, missing: 'job' });
  const syncRuns = new LatestFeed(parts, { read: syncRunsOf, isOver, missing: 'run' });
  const segments = new LatestFeed(parts, { read: backfillsOf, isOver: () => false, missing: null });
  const alerts = new AlertFeed(parts);
  return {
    ...{ jobs, syncRuns, segments, alerts },
    async stop() {
      await Promise.all([jobs.stop(), syncRuns.stop(), segments.stop(), alerts.stop()]);
    },
  };
}

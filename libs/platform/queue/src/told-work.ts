import type { Logger } from '@kohort/kernel-telemetry';
import { togetherOf, type JobName } from '@kohort/pipeline-map';
import type { OwedWork } from '@kohort/platform-postgres';
import { originOf } from './failure';
import { isJobName } from './lanes';
import { TOLD_AT_ONCE } from './queue-settings';
import type { TogetherRunner, TogetherWork } from './run-together';

/** What the work that was told of is done with. */
export interface ToldWorkOptions {
  /** Jobs that have a handler here. */
  readonly jobs: readonly JobName[];
  readonly together: TogetherRunner;
  /** Nothing new is to be begun. */
  readonly isStopping: () => boolean;
  readonly logger: Logger;
}

/** Work that this process hears of at its commit. */
export interface ToldWork {
  /** Whether any job here is told of. */
  readonly hasJobs: boolean;
  /** Looks for work that was committed; what is of no job here is passed over. */
  look(work: readonly OwedWork[]): void;
  /** Resolves when nothing of it is under way. */
  ended(): Promise<void>;
}

/**
 * Works off what was just committed, without a queue in between.
 *
 * Promise  none: what is not heard of, or not begun, the relay offers to a queue after a second
 * Order    workspaces and jobs in turn: one that was given its time stands behind those that wait
 * Size     a few at a time; one a workspace and job
 */
export function toldWork({ jobs, together, isStopping, logger }: ToldWorkOptions): ToldWork {
  const ours = new Set(jobs.filter((job) => togetherOf(job)?.atCommit === true));
  const waiting = new Map<string, TogetherWork>();
  const busy = new Map<string, Promise<void>>();

  const workOf = ({ workspaceId, job }: OwedWork): TogetherWork | undefined => {
    if (!isJobName(job) || !ours.has(job)) return undefined;
    const way = togetherOf(job);
    return way && { workspaceId, job, together: way };
  };
  const begin = (key: string, work: TogetherWork): void => {
    const ended = together.drain(work, true).then(
      (isUnfinished) => void (isUnfinished && waiting.set(key, work)),
      (thrown: unknown) => logger.warn('tasks not looked for', { reason: originOf(thrown) }),
    );
    busy.set(
      key,
      ended.then(() => {
        busy.delete(key);
        pump();
      }),
    );
  };
  const pump = (): void => {
    for (const [key, work] of waiting) {
      if (busy.size >= TOLD_AT_ONCE || isStopping()) return;
      if (busy.has(key)) continue;
      waiting.delete(key);
      begin(key, work);
    }
  };
  return {
    hasJobs: ours.size > 0,
    look(all) {
      for (const work of all.flatMap((one) => workOf(one) ?? [])) waiting.set(`${work.workspaceId} ${work.job}`, work);
      pump();
    },
    ended: async () => void (await Promise.all(busy.values())),
  };
}

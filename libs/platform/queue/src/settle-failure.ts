import type { AppError } from '@kohort/kernel-errors';
import { pipeline, type JobName } from '@kohort/pipeline-map';
import { classifyFailure, quarantineTask, retryTasks, type ClaimedTask } from '@kohort/platform-postgres';
import { fullJitterMs } from './backoff';
import { originOf } from './failure';
import { UNEXPECTED_ATTEMPTS } from './queue-settings';
import type { TaskRunnerOptions } from './run-task';

/** Whether a job's tasks are runs: long, with progress, in a queue of their own. */
export const isRun = (job: JobName): boolean => pipeline[job].entity === 'runId';

const RETRIED = new Set(['transient', 'rate-limited', 'bug', 'cancelled']);

function attemptsOf(job: JobName, error: AppError): number {
  const { attempts } = pipeline[job];
  return error.kind === 'bug' ? Math.min(attempts, UNEXPECTED_ATTEMPTS) : attempts;
}

/** What failed: tasks of one job and workspace that were worked on as one. */
export interface FailedTasks {
  readonly job: JobName;
  readonly tasks: readonly [ClaimedTask, ...ClaimedTask[]];
  readonly thrown: unknown;
}

/**
 * Decides what a failure means: back to waiting, or set aside. Of several that failed together it is not known whose fault
 * it was, so none is set aside: after an outage they are tried together again, else each by itself.
 */
export async function settleFailure(options: TaskRunnerOptions, failed: FailedTasks): Promise<void> {
  const { database, logger, random } = options;
  const { job, tasks, thrown } = failed;
  const [task] = tasks;
  const error = classifyFailure(thrown, `job ${job}`);
  const { code, kind } = error;
  const fields = { workspaceId: task.workspaceId, job, code, kind, reason: originOf(thrown) };
  const failures = Math.max(...tasks.map((one) => one.failures)) + 1;
  if (tasks.length > 1 || (RETRIED.has(kind) && failures < attemptsOf(job, error))) {
    const waitMs = error.afterMs ?? fullJitterMs(failures, pipeline[job].backoffMs, random.next());
    await retryTasks(database.relay, tasks, { waitMs, error: { code, kind } });
    logger.warn('job failed and is tried again', { ...fields, durationMs: waitMs, count: tasks.length });
    return;
  }
  await quarantineTask(database, task, { error: { code, kind }, message: error.publicMessage, isRun: isRun(job) });
  logger.error('job set aside', { ...fields, count: failures });
}

import type { Clock, Random } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { runIdSchema } from '@kohort/kernel-contracts';
import { pipeline, type JobName } from '@kohort/pipeline-map';
import {
  claimTask,
  countLoneStart,
  classifyFailure,
  finishTasks,
  quarantineTask,
  releaseTasks,
  startsWithoutProgress,
  type ClaimedTask,
  type Database,
  type TaskRef,
} from '@kohort/platform-postgres';
import type { TaskHandler } from './check-handlers';
import { isJobName } from './lanes';
import type { LoneGate } from './lone-gate';
import { queueErrors } from './queue-errors';
import { runLimited } from './run-limited';
import { ABORT_GRACE_MS, CRASH_LIMIT } from './queue-settings';
import { isRun, settleFailure } from './settle-failure';
import type { HeldTasks } from './held-tasks';

/** What carrying a task through needs; the same for all tasks of a process. */
export interface TaskRunnerOptions {
  readonly database: Database;
  readonly handlers: ReadonlyMap<JobName, TaskHandler>;
  readonly held: HeldTasks;
  readonly gate: LoneGate;
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nothing new is to be begun. */
  readonly isStopping: () => boolean;
}

const UNKNOWN_JOB_WAIT_MS = 60_000;

const crashesOf = (task: ClaimedTask): number => task.starts - 1 - task.failures;

async function setAsideCrasher(
  options: TaskRunnerOptions,
  task: ClaimedTask,
  job: JobName,
  crashes: number,
): Promise<void> {
  const error = queueErrors.QUEUE_CRASHED_REPEATEDLY({ crashes });
  await quarantineTask(options.database, task, {
    error: { code: error.code, kind: error.kind },
    message: error.message,
    isRun: isRun(job),
  });
  options.logger.error('job set aside: it ended its worker', {
    job,
    workspaceId: task.workspaceId,
    code: error.code,
    count: crashes,
  });
}

/**
 * Whether this work is what ends its worker. A batch is, when it has ended one too often while it ran alone: a process
 * that is killed takes much with it that is innocent. A run, when it was started too often without moving its checkpoint:
 * a long import may meet more restarts than that.
 */
async function endsItsWorker(database: Database, task: ClaimedTask, job: JobName): Promise<boolean> {
  if (!isRun(job)) return task.loneStarts >= CRASH_LIMIT;
  if (crashesOf(task) < CRASH_LIMIT) return false;
  const { workspaceId } = task;
  return (await startsWithoutProgress(database, { workspaceId, runId: runIdSchema.parse(task.entity) })) >= CRASH_LIMIT;
}

/** Runs what is to be done in its turn: a batch whose start once ended with no word alone, so that it sinks no other. */
async function inTurn(
  options: TaskRunnerOptions,
  task: ClaimedTask,
  turn: { readonly job: JobName; readonly signal: AbortSignal; readonly work: () => Promise<void> },
): Promise<void> {
  // A run may take an hour: it neither waits for others nor keeps them waiting.
  if (isRun(turn.job)) return turn.work();
  const alone = crashesOf(task) > 0;
  await options.gate.pass(alone, turn.signal, async () => {
    if (alone) await countLoneStart(options.database.relay, task);
    await turn.work();
  });
}

/**
 * Takes one task and carries it through.
 *
 * Promise  at least once; the effect once, because a task that is done is never claimed again
 * Key      (workspace, job, entity) of the task's row
 * Order    start counted → its turn → handler (its effect in its own transaction) → done
 * Resume   a crash leaves the row running; its lease lapses and the sweep offers it again, a batch then alone
 * Size     one batch or run; the time limit of the pipeline map
 */
export async function runTask(options: TaskRunnerOptions, ref: TaskRef): Promise<void> {
  const { database, handlers, held } = options;
  const task = await claimTask(database.relay, ref);
  if (!task) return;
  const job = isJobName(task.job) ? task.job : undefined;
  const handler = job && handlers.get(job);
  // Of another release: its own workers take it.
  if (!job || !handler) return releaseTasks(database.relay, [task], UNKNOWN_JOB_WAIT_MS);
  if (await endsItsWorker(database, task, job)) return setAsideCrasher(options, task, job, crashesOf(task));
  const abort = held.hold([task]);
  try {
    const { timeLimitMs, attempts } = pipeline[job];
    const control = { signal: abort.signal, isLastAttempt: task.failures + 1 >= attempts };
    const limits = { limitMs: timeLimitMs, graceMs: ABORT_GRACE_MS };
    const work = (): Promise<void> => runLimited(() => handler([task.payload], control), abort, limits);
    await inTurn(options, task, { job, signal: abort.signal, work });
    await finishTasks(database.relay, [task]);
  } catch (thrown) {
    // Stopped by us, not by the work: as if it had not begun. Where the lease is lost, this changes nothing.
    const reason: unknown = abort.signal.aborted ? abort.signal.reason : undefined;
    const isOurs = reason !== undefined && classifyFailure(reason, `job ${job}`).kind === 'cancelled';
    if (isOurs) await releaseTasks(database.relay, [task]);
    else await settleFailure(options, { job, tasks: [task], thrown: reason ?? thrown });
  } finally {
    held.letGo([task]);
  }
}

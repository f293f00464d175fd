import type { WorkspaceId } from '@kohort/kernel-contracts';
import { pipeline, type JobName, type Together } from '@kohort/pipeline-map';
import { classifyFailure, claimTogether, finishTasks, releaseTasks, type ClaimedTask } from '@kohort/platform-postgres';
import type { TaskHandler } from './check-handlers';
import { ABORT_GRACE_MS, TURN_MS } from './queue-settings';
import { runLimited } from './run-limited';
import type { TaskRunnerOptions } from './run-task';
import { isRun, settleFailure } from './settle-failure';

/** The batches of one job and workspace, and how they are taken. */
export interface TogetherWork {
  readonly workspaceId: WorkspaceId;
  readonly job: JobName;
  readonly together: Together;
}

/** Works off the batches and runs of jobs that the pipeline map takes together. */
export interface TogetherRunner {
  /**
   * Takes and works off what waits of a job and workspace until nothing does. When enough do so already, they are told
   * to look once more instead. Answers whether its turn ended before that.
   *
   * `isTold`: whoever commits more says so; a take that is not full is then all there was, and one at a time does it.
   */
  drain(work: TogetherWork, isTold: boolean): Promise<boolean>;
}

interface Draining {
  active: number;
  isAskedAgain: boolean;
}

async function workOff(
  options: TaskRunnerOptions,
  work: TogetherWork,
  handler: TaskHandler,
): Promise<readonly ClaimedTask[]> {
  const { database, held, gate } = options;
  const { workspaceId, job, together } = work;
  const tasks = await claimTogether(database.relay, { workspaceId, job, most: together.most });
  const [first, ...others] = tasks;
  if (!first) return tasks;
  const abort = held.hold(tasks);
  try {
    // Of several, none is given up before it has been tried by itself.
    const isLastAttempt = others.length === 0 && first.failures + 1 >= pipeline[job].attempts;
    const control = { signal: abort.signal, isLastAttempt };
    const limits = { limitMs: pipeline[job].timeLimitMs, graceMs: ABORT_GRACE_MS };
    const payloads = tasks.map((task) => task.payload);
    const carryThrough = (): Promise<void> => runLimited(() => handler(payloads, control), abort, limits);
    // Runs may take an hour: they neither wait for others nor keep them waiting.
    await (isRun(job) ? carryThrough() : gate.pass(false, abort.signal, carryThrough));
    await finishTasks(database.relay, tasks);
  } catch (thrown) {
    const reason: unknown = abort.signal.aborted ? abort.signal.reason : undefined;
    const isOurs = reason !== undefined && classifyFailure(reason, `job ${job}`).kind === 'cancelled';
    if (isOurs) await releaseTasks(database.relay, tasks);
    else await settleFailure(options, { job, tasks: [first, ...others], thrown: reason ?? thrown });
  } finally {
    held.letGo(tasks);
  }
  return tasks;
}

/**
 * Works off batches many at a time.
 *
 * Promise  at least once, as one by one; what failed or ended a worker is done by itself afterwards (`runTask`)
 * Key      (workspace, job, entity) of each task's row
 * Order    starts counted → handler (its effects in transactions of its own) → all done in one statement
 * Resume   a crash leaves the rows running; their leases lapse and the sweep offers them one by one
 * Size     `together.most` batches of one workspace a take; a turn ends after two seconds
 */
export function togetherRunner(options: TaskRunnerOptions): TogetherRunner {
  const { handlers, clock, isStopping } = options;
  const drains = new Map<string, Draining>();
  return {
    async drain(work, isTold) {
      const { workspaceId, job, together } = work;
      const handler = handlers.get(job);
      if (!handler) return false;
      const key = `${workspaceId} ${job}`;
      const draining = drains.get(key) ?? { active: 0, isAskedAgain: false };
      drains.set(key, draining);
      if (draining.active >= (isTold ? 1 : together.atOnce)) {
        draining.isAskedAgain = true;
        return false;
      }
      draining.active += 1;
      const from = clock.now();
      try {
        for (;;) {
          draining.isAskedAgain = false;
          const tasks = await workOff(options, work, handler);
          const isAll = isTold ? tasks.length < together.most : tasks.length === 0;
          if ((isAll && !draining.isAskedAgain) || isStopping()) return false;
          if (clock.now() - from > TURN_MS) return true;
        }
      } finally {
        draining.active -= 1;
        if (draining.active === 0) drains.delete(key);
      }
    },
  };
}

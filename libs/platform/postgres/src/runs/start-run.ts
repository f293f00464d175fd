import { sql } from 'kysely';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Fence, Json, Progress, RunContext, RunId, WorkspaceId } from '@kohort/kernel-contracts';
import { defineErrors, type AppError } from '@kohort/kernel-errors';
import type { Database } from '../database';
import { fenceErrors } from '../fence';
import { progressMeter } from './progress-meter';
import { toRun } from './run-record';

/** Why a run stopped before its end. */
export const runErrors = defineErrors({
  RUN_CANCELLED: { kind: 'cancelled', message: () => 'the run was cancelled' },
});

/** What became of a run; each is written only while this start is the latest one. */
export interface RunSession {
  readonly context: RunContext;
  succeed(result: Json): Promise<void>;
  fail(error: AppError): Promise<void>;
  /** A person asked for the end. */
  cancel(): Promise<void>;
  /** Back to the queue: a later start goes on from the checkpoint. */
  release(error: AppError | undefined): Promise<void>;
  /** True once a person has asked for the end. */
  isCancelRequested(): boolean;
}

/** Which run, and who else may stop it. */
export interface StartRunOptions {
  readonly workspaceId: WorkspaceId;
  readonly runId: RunId;
  readonly clock: Clock;
  /** The worker's: aborted at a shutdown or when the work was taken over. */
  readonly signal?: AbortSignal;
}

/** Progress is written at most so often, and the wish to cancel looked for at least so often. */
const PROGRESS_EVERY_MS = 250;
const HEARTBEAT_EVERY_MS = 1_000;

async function takeRun(database: Database, ids: StartRunOptions) {
  return database.inWorkspace(ids.workspaceId, async (tx) => {
    await tx
      .updateTable('run')
      .set({ status: 'cancelled', finished_at: sql`now()` })
      .where('workspace_id', '=', ids.workspaceId)
      .where('id', '=', ids.runId)
      .where('status', 'in', ['queued', 'running'])
      .where('cancel_requested', '=', true)
      .execute();
    return tx
      .updateTable('run')
      .set({
        status: 'running',
        fence: sql`fence + 1`,
        starts: sql`starts + 1`,
        started_at: sql`coalesce(started_at, now())`,
        heartbeat_at: sql`now()`,
      })
      .where('workspace_id', '=', ids.workspaceId)
      .where('id', '=', ids.runId)
      .where('status', 'in', ['queued', 'running'])
      .returningAll()
      .executeTakeFirst();
  });
}

/** One statement for all: still ours, how far, and is a person waiting for the end. */
async function heartbeat(
  database: Database,
  fence: Fence,
  progress: Progress | undefined,
): Promise<'lost' | 'cancel' | 'on'> {
  const row = await database.inWorkspace(fence.workspaceId, (tx) =>
    tx
      .updateTable('run')
      .set({ heartbeat_at: sql`now()`, ...(progress ? { progress: JSON.stringify(progress) } : {}) })
      .where('workspace_id', '=', fence.workspaceId)
      .where('id', '=', fence.runId)
      .where('fence', '=', String(fence.fence))
      .where('status', '=', 'running')
      .returning('cancel_requested')
      .executeTakeFirst(),
  );
  if (!row) return 'lost';
  return row.cancel_requested ? 'cancel' : 'on';
}

/** Beats until stopped: carries progress out and the wish to cancel in. */
function keepBeating(database: Database, fence: Fence, abort: AbortController) {
  let pending: Progress | undefined;
  let cancelRequested = false;
  let sinceBeatMs = 0;
  let beating: Promise<void> | undefined;
  const beat = async (): Promise<void> => {
    const sent = pending;
    pending = undefined;
    sinceBeatMs = 0;
    try {
      const answer = await heartbeat(database, fence, sent);
      if (answer === 'lost') abort.abort(fenceErrors.POSTGRES_FENCE_LOST({ runId: fence.runId }));
      if (answer === 'cancel') {
        cancelRequested = true;
        abort.abort(runErrors.RUN_CANCELLED());
      }
    } catch {
      // The database is away for a moment: the next beat says it again. The fence guards every commit in any case.
      pending ??= sent;
    } finally {
      beating = undefined;
    }
  };
  const timer = setInterval(() => {
    sinceBeatMs += PROGRESS_EVERY_MS;
    if (!beating && (pending || sinceBeatMs >= HEARTBEAT_EVERY_MS)) beating = beat();
  }, PROGRESS_EVERY_MS);
  timer.unref();
  return {
    report: (progress: Progress) => void (pending = progress),
    isCancelRequested: () => cancelRequested,
    /** Ends the beat; answers the last progress that was not written yet. */
    async stop(): Promise<Progress | undefined> {
      clearInterval(timer);
      await beating;
      return pending;
    },
  };
}

/**
 * Starts a run, or takes it over: raises its fence, so that an earlier start can commit nothing more. Undefined when
 * there is nothing to do: it has ended, or was cancelled before it began.
 */
export async function startRun(database: Database, options: StartRunOptions): Promise<RunSession | undefined> {
  const row = await takeRun(database, options);
  if (!row) return undefined;
  const fence: Fence = { workspaceId: options.workspaceId, runId: options.runId, fence: Number(row.fence) };
  const abort = new AbortController();
  const outer = options.signal;
  const onOuter = (): void => abort.abort(outer?.reason);
  if (outer?.aborted) onOuter();
  else outer?.addEventListener('abort', onOuter, { once: true });
  const beat = keepBeating(database, fence, abort);
  const meter = progressMeter(options.clock);

  const end = async (change: Record<string, unknown>): Promise<void> => {
    outer?.removeEventListener('abort', onOuter);
    const progress = await beat.stop();
    await database.inWorkspace(fence.workspaceId, (tx) =>
      tx
        .updateTable('run')
        .set({ ...change, ...(progress ? { progress: JSON.stringify(progress) } : {}) })
        .where('workspace_id', '=', fence.workspaceId)
        .where('id', '=', fence.runId)
        .where('fence', '=', String(fence.fence))
        .where('status', '=', 'running')
        .execute(),
    );
  };
  const errorOf = (error: AppError): string =>
    JSON.stringify({ code: error.code, kind: error.kind, message: error.publicMessage });
  const finished = sql`now()`;
  return {
    context: {
      run: toRun(row),
      fence,
      signal: abort.signal,
      onProgress: (progress) => beat.report(meter(progress)),
    },
    isCancelRequested: beat.isCancelRequested,
    succeed: (result) =>
      end({ status: 'succeeded', result: JSON.stringify(result), error: null, finished_at: finished }),
    fail: (error) => end({ status: 'failed', error: errorOf(error), finished_at: finished }),
    cancel: () => end({ status: 'cancelled', finished_at: finished }),
    release: (error) => end({ status: 'queued', ...(error ? { error: errorOf(error) } : {}) }),
  };
}

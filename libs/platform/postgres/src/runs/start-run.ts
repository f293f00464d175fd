import { setMaxListeners } from 'node:events';
import { sql, type Selectable } from 'kysely';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Fence, Json, Progress, RunContext, RunId, WorkspaceId } from '@kohort/kernel-contracts';
import { defineErrors, type AppError } from '@kohort/kernel-errors';
import type { Database } from '../database';
import type { KohortTables } from '../tables';
import { fenceErrors } from '../fence';
import { endFirstFills } from '../segments/end-first-fills';
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
/** Many runs that are worked off together tell less often how far they are. */
const tellEveryMs = (runs: number): number => (runs > 4 ? HEARTBEAT_EVERY_MS : PROGRESS_EVERY_MS);

/** Raises the fences of what is still to be done; cancels what a person does not want any more. */
async function takeRuns(database: Database, workspaceId: WorkspaceId, runIds: readonly RunId[]) {
  return database.inWorkspace(workspaceId, async (tx) => {
    const { numUpdatedRows: cancelled } = await tx
      .updateTable('run')
      .set({ status: 'cancelled', finished_at: sql`now()` })
      .where('workspace_id', '=', workspaceId)
      .where('id', 'in', [...runIds])
      .where('status', 'in', ['queued', 'running'])
      .where('cancel_requested', '=', true)
      .executeTakeFirst();
    const taken = await tx
      .updateTable('run')
      .set({
        status: 'running',
        fence: sql`fence + 1`,
        starts: sql`starts + 1`,
        started_at: sql`coalesce(started_at, now())`,
        heartbeat_at: sql`now()`,
      })
      .where('workspace_id', '=', workspaceId)
      .where('id', 'in', [...runIds])
      .where('status', 'in', ['queued', 'running'])
      .returningAll()
      .execute();
    // Segments are locked behind runs, as whoever makes a version serve locks them.
    if (cancelled > 0n) await endFirstFills(tx, workspaceId, runIds);
    return taken;
  });
}

/** A run that beats. */
interface Beating {
  readonly fence: Fence;
  readonly abort: AbortController;
  pending: Progress | undefined;
  cancelRequested: boolean;
}

/** One statement for all runs: still ours, how far, and is a person waiting for the end. */
async function heartbeat(
  database: Database,
  workspaceId: WorkspaceId,
  beats: readonly { readonly fence: Fence; readonly progress: Progress | undefined }[],
): Promise<ReadonlyMap<string, boolean>> {
  const rows = beats.map(({ fence, progress }) => ({
    id: fence.runId,
    fence: fence.fence,
    progress: progress ?? null,
  }));
  const found = await database.inWorkspace(workspaceId, (tx) =>
    sql<{ id: string; cancelRequested: boolean }>`
      update run set heartbeat_at = now(), progress = coalesce(b.progress, run.progress)
      from json_to_recordset(${JSON.stringify(rows)}::json) as b (id uuid, fence bigint, progress jsonb)
      where run.workspace_id = ${workspaceId}::uuid and run.id = b.id and run.fence = b.fence and run.status = 'running'
      returning run.id, run.cancel_requested as "cancelRequested"`.execute(tx),
  );
  return new Map(found.rows.map((row) => [row.id, row.cancelRequested]));
}

/** Beats for runs of one workspace until all have stopped: carries progress out and the wish to cancel in. */
function keepBeating(database: Database, workspaceId: WorkspaceId, runs: ReadonlySet<Beating>) {
  const live = new Set(runs);
  let sinceBeatMs = 0;
  let beating: Promise<void> | undefined;
  const beat = async (): Promise<void> => {
    const sent = [...live].map((run) => ({ run, fence: run.fence, progress: run.pending }));
    for (const { run } of sent) run.pending = undefined;
    sinceBeatMs = 0;
    try {
      const answers = await heartbeat(database, workspaceId, sent);
      for (const { run } of sent) {
        const answer = answers.get(run.fence.runId);
        if (!live.has(run)) continue;
        if (answer === undefined) run.abort.abort(fenceErrors.POSTGRES_FENCE_LOST({ runId: run.fence.runId }));
        if (answer !== true) continue;
        run.cancelRequested = true;
        run.abort.abort(runErrors.RUN_CANCELLED());
      }
    } catch {
      // The database is away for a moment: the next beat says it again. The fence guards every commit in any case.
      for (const { run, progress } of sent) run.pending ??= progress;
    } finally {
      beating = undefined;
    }
  };
  const timer = setInterval(() => {
    sinceBeatMs += PROGRESS_EVERY_MS;
    const isTold = sinceBeatMs >= tellEveryMs(live.size) && [...live].some((run) => run.pending !== undefined);
    if (!beating && (isTold || sinceBeatMs >= HEARTBEAT_EVERY_MS)) beating = beat();
  }, PROGRESS_EVERY_MS);
  timer.unref();
  return {
    /** Ends the beat of one run; answers the last progress that was not written yet. */
    async stop(run: Beating): Promise<Progress | undefined> {
      live.delete(run);
      if (live.size === 0) clearInterval(timer);
      await beating;
      return run.pending;
    },
  };
}

function sessionOf(
  database: Database,
  of: {
    readonly row: Selectable<KohortTables['run']>;
    readonly run: Beating;
    readonly clock: Clock;
    readonly outer: AbortSignal | undefined;
    readonly stopBeat: () => Promise<Progress | undefined>;
  },
): RunSession {
  const { row, run, clock, outer, stopBeat } = of;
  const { fence, abort } = run;
  const onOuter = (): void => abort.abort(outer?.reason);
  if (outer?.aborted) onOuter();
  else outer?.addEventListener('abort', onOuter, { once: true });
  const meter = progressMeter(clock);
  const end = async (change: Record<string, unknown>): Promise<void> => {
    outer?.removeEventListener('abort', onOuter);
    const progress = await stopBeat();
    await database.inWorkspace(fence.workspaceId, async (tx) => {
      await tx
        .updateTable('run')
        .set({ ...change, ...(progress ? { progress: JSON.stringify(progress) } : {}) })
        .where('workspace_id', '=', fence.workspaceId)
        .where('id', '=', fence.runId)
        .where('fence', '=', String(fence.fence))
        .where('status', '=', 'running')
        .execute();
      if (row.job === 'segments.backfill' && change['result'] === undefined)
        await endFirstFills(tx, fence.workspaceId, [fence.runId]);
    });
  };
  const errorOf = (error: AppError): string =>
    JSON.stringify({ code: error.code, kind: error.kind, message: error.publicMessage });
  const finished = sql`now()`;
  return {
    context: {
      run: toRun(row),
      fence,
      signal: abort.signal,
      onProgress: (progress) => void (run.pending = meter(progress)),
    },
    isCancelRequested: () => run.cancelRequested,
    succeed: (result) =>
      end({ status: 'succeeded', result: JSON.stringify(result), error: null, finished_at: finished }),
    fail: (error) => end({ status: 'failed', error: errorOf(error), finished_at: finished }),
    cancel: () => end({ status: 'cancelled', finished_at: finished }),
    release: (error) => end({ status: 'queued', ...(error ? { error: errorOf(error) } : {}) }),
  };
}

/**
 * Starts runs of one workspace, or takes them over: raises their fences, so that earlier starts can commit nothing more.
 * In the order asked; those that have ended, or were cancelled before they began, are left out.
 *
 * Cost   one transaction, and one statement a beat, however many they are
 */
export async function startRuns(
  database: Database,
  options: Omit<StartRunOptions, 'runId'> & { readonly runIds: readonly RunId[] },
): Promise<readonly RunSession[]> {
  const { workspaceId, runIds, clock, signal: outer } = options;
  const rows = new Map((await takeRuns(database, workspaceId, runIds)).map((row) => [row.id, row]));
  const taken = runIds.flatMap((runId) => {
    const row = rows.get(runId);
    if (row === undefined) return [];
    const fence: Fence = { workspaceId, runId, fence: Number(row.fence) };
    const run: Beating = { fence, abort: new AbortController(), pending: undefined, cancelRequested: false };
    return [{ row, run }];
  });
  if (taken.length === 0) return [];
  if (outer !== undefined && taken.length > 1) setMaxListeners(0, outer);
  const beat = keepBeating(database, workspaceId, new Set(taken.map(({ run }) => run)));
  return taken.map(({ row, run }) => sessionOf(database, { row, run, clock, outer, stopBeat: () => beat.stop(run) }));
}

/** As `startRuns`, of one. Undefined when there is nothing to do. */
export async function startRun(database: Database, options: StartRunOptions): Promise<RunSession | undefined> {
  const [session] = await startRuns(database, { ...options, runIds: [options.runId] });
  return session;
}

import { sql } from 'kysely';
import type { z } from 'zod';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Fence, Json, RunContext, RunId, WorkspaceId } from '@kohort/kernel-contracts';
import type { AppError } from '@kohort/kernel-errors';
import type { HandlerControl } from '@kohort/pipeline-map';
import { classifyFailure } from '../classify-failure';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { endFirstFills } from '../segments/end-first-fills';
import { startRun, startRuns, type RunSession } from './start-run';

export interface RunHandlerOptions<P> {
  readonly database: Database;
  readonly clock: Clock;
  readonly params: z.ZodType<P>;
  /** The flow: its answer is kept as the run's result. */
  readonly flow: (context: RunContext, params: P) => Promise<Json>;
}

interface RunInput {
  readonly workspaceId: WorkspaceId;
  readonly runId: RunId;
}

/** Failures after which the same run may succeed: the task tries it again, and says so to a later start. */
const RETRIED: ReadonlySet<string> = new Set(['transient', 'rate-limited']);

async function settle(session: RunSession, error: AppError, control: HandlerControl): Promise<void> {
  if (session.isCancelRequested()) return session.cancel();
  // Stopped by the worker, or overtaken: the run goes on elsewhere, and the task must not count this as a failure.
  if (control.signal.aborted || error.kind === 'cancelled') {
    await session.release(undefined);
    throw error;
  }
  if (RETRIED.has(error.kind) && !control.isLastAttempt) {
    await session.release(error);
    throw error;
  }
  await session.fail(error);
}

/**
 * Makes a job handler of a flow over a run: starts it under a fence, carries progress and cancel, and writes how it
 * ended. A failure that no retry can mend ends the run as failed and the task as done; one that may pass puts both back.
 */
export function runHandler<P>(
  options: RunHandlerOptions<P>,
): (input: RunInput, control: HandlerControl) => Promise<void> {
  const { database, clock, params, flow } = options;
  return async (input, control) => {
    const session = await startRun(database, { ...input, clock, signal: control.signal });
    if (!session) return;
    try {
      await session.succeed(await flow(session.context, params.parse(session.context.run.params)));
    } catch (thrown) {
      await settle(session, classifyFailure(thrown, session.context.run.job), control);
    }
  };
}

/** A run among those that were started together. */
export interface StartedRun<P> {
  readonly context: RunContext;
  readonly params: P;
}

/** How a run ended: its result, or what it threw. */
export type RunEnd = { readonly result: Json } | { readonly thrown: unknown };

export interface RunsHandlerOptions<P> extends Pick<RunHandlerOptions<P>, 'database' | 'clock' | 'params'> {
  /** Works off many runs of one workspace; one end for each, in their order. What it throws is the end of all of them. */
  readonly flow: (runs: readonly StartedRun<P>[]) => Promise<readonly RunEnd[]>;
}

interface OpenRun<P> {
  readonly session: RunSession;
  readonly started: StartedRun<P>;
}

/** Starts what is still to be done; a run whose parameters cannot be read has ended here. */
async function openRuns<P>(
  options: RunsHandlerOptions<P>,
  input: { readonly workspaceId: WorkspaceId; readonly runIds: readonly RunId[] },
  control: HandlerControl,
): Promise<readonly OpenRun<P>[]> {
  const { database, clock, params } = options;
  const opened: OpenRun<P>[] = [];
  for (const session of await startRuns(database, { ...input, clock, signal: control.signal })) {
    try {
      opened.push({ session, started: { context: session.context, params: params.parse(session.context.run.params) } });
    } catch (thrown) {
      await settle(session, classifyFailure(thrown, session.context.run.job), control);
    }
  }
  return opened;
}

/**
 * As `runHandler`, of many runs of one workspace at once. Each has its own fence, progress, wish to cancel and end; when
 * one of them has to be tried again, the others that have ended do nothing then.
 */
export function runsHandler<P>(
  options: RunsHandlerOptions<P>,
): (
  input: { readonly workspaceId: WorkspaceId; readonly runIds: readonly RunId[] },
  control: HandlerControl,
) => Promise<void> {
  return async (input, control) => {
    const opened = await openRuns(options, input, control);
    if (opened.length === 0) return;
    const started = opened.map((run) => run.started);
    const ends = await options.flow(started).catch((thrown: unknown) => started.map(() => ({ thrown })));
    const failures: unknown[] = [];
    for (const [i, { session }] of opened.entries()) {
      const end = ends[i];
      try {
        if (end !== undefined && 'result' in end) await session.succeed(end.result);
        else await settle(session, classifyFailure(end?.thrown, session.context.run.job), control);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
}

/**
 * Keeps where the run stands, in the transaction of the effect that brought it there. Holds the fence. Starts are counted
 * anew from here.
 */
export async function saveCheckpoint(tx: WorkspaceTransaction, fence: Fence, checkpoint: Json): Promise<void> {
  await holdFence(tx, fence);
  await tx
    .updateTable('run')
    .set({ checkpoint: JSON.stringify(checkpoint), heartbeat_at: sql`now()`, starts: 0 })
    .where('workspace_id', '=', fence.workspaceId)
    .where('id', '=', fence.runId)
    .execute();
}

/**
 * Asks a run to stop: one that has not begun is cancelled now, a running one at its next beat, within a second. A run whose
 * checkpoint says `final` has begun what it must end: it is not stopped.
 */
export async function cancelRun(tx: WorkspaceTransaction, ids: RunInput): Promise<void> {
  await sql`
    update run set cancel_requested = true,
      status = case when status = 'queued' then 'cancelled' else status end,
      finished_at = case when status = 'queued' then now() else finished_at end
    where workspace_id = ${ids.workspaceId} and id = ${ids.runId} and status in ('queued', 'running')
      and coalesce(checkpoint ->> 'final', 'false') <> 'true'`.execute(tx);
  await endFirstFills(tx, ids.workspaceId, [ids.runId]);
}

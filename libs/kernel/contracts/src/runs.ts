import type { Json } from './json';
import type { RunId, WorkspaceId } from './ids';
import type { JobControl, Progress } from './progress';

/** Proof that this worker's start is the latest of a run; every effect of the run commits under it. */
export interface Fence {
  readonly workspaceId: WorkspaceId;
  readonly runId: RunId;
  readonly fence: number;
}

export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** A long job as everybody sees it: terminal, API, console. */
export interface Run {
  readonly workspaceId: WorkspaceId;
  readonly id: RunId;
  readonly job: string;
  readonly status: RunStatus;
  readonly params: Json;
  readonly progress: Progress | null;
  readonly checkpoint: Json;
  readonly result: Json;
  readonly error: { readonly code: string; readonly kind: string; readonly message: string } | null;
  readonly cancelRequested: boolean;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** What a flow is given when its run has been started: the fence, and the one mechanism of progress and cancel. */
export interface RunContext extends JobControl {
  readonly run: Run;
  readonly fence: Fence;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

import type { Json } from './json';

/** Where a long job stands. One shape for terminal, subscription and console. */
export interface Progress {
  /** Stable name of the phase, in the words of the job ("reading rows", "choosing k"). */
  readonly phase: string;
  readonly done: number;
  /** null when it cannot be known beforehand. */
  readonly total: number | null;
  /** Units done per second of this phase; null before the first second. */
  readonly perSecond?: number | null;
  readonly etaMs?: number | null;
  /** What is worth keeping of what was done so far, for a job that goes on from there. */
  readonly kept?: Json;
}

/** What a long computation is given beside its input: cancel and progress, one mechanism everywhere. */
export interface JobControl {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

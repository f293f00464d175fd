import {
  type ColumnLoader,
  type ColumnStore,
  type ProfileId,
  type RunContext,
  type RunParams,
  type VersionToFill,
} from '@kohort/kernel-contracts';
import type { SegmentsDeps } from './evaluate-profiles';

/** What a back-fill needs beside the store: the column store, and what brings it up to date. */
export interface BackfillDeps extends SegmentsDeps {
  readonly columns: ColumnStore;
  readonly loader: ColumnLoader;
}

/** How a back-fill ended. */
export type BackfillResult = {
  readonly members: number;
  readonly entered: number;
  readonly exited: number;
  /** Entries and exits behind the flip: people who changed in the meantime, and segments that refer to this one. */
  readonly corrected: number;
};

/** A back-fill that is asked for. */
export interface BackfillRun {
  readonly context: RunContext;
  readonly params: RunParams<'segments.backfill'>;
}

/** How one of several back-fills ended. */
export type BackfillEnd = { readonly result: BackfillResult } | { readonly thrown: unknown };

/** A back-fill with its version. */
export interface Filling {
  readonly run: BackfillRun;
  readonly version: VersionToFill;
}

/** Who is in by a rule, and whom time may turn. */
export interface Answer {
  readonly ids: readonly ProfileId[];
  readonly waking: readonly ProfileId[];
  readonly dueAt: readonly number[];
}

/** Steps under way at once: what one writes costs the database more than a process of ours, and it has several. */
const AT_ONCE = 2;

/** The step for each, some at a time, begun in their order. What a step throws ends the others behind it; none is left under way. */
export async function someAtOnce<T>(list: readonly T[], step: (one: T) => Promise<void>): Promise<void> {
  const waiting = list.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const one of waiting) {
      if (failures.length > 0) return;
      try {
        await step(one);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failures.length > 0) throw failures[0];
}

/** Several back-fills that go through the same steps; one that fails or is cancelled leaves the others alone. */
export class FillPass {
  private readonly ends = new Map<BackfillRun, BackfillEnd>();
  private readonly stop = new AbortController();

  constructor(private readonly runs: readonly BackfillRun[]) {
    const onAbort = (): void => {
      const isWanted = this.runs.some((run) => !this.ends.has(run) && !run.context.signal.aborted);
      const given = this.runs.find((run) => run.context.signal.aborted);
      if (!isWanted && given !== undefined) this.stop.abort(given.context.signal.reason);
    };
    for (const { context } of runs) context.signal.addEventListener('abort', onAbort, { once: true });
    onAbort();
  }

  /** For what is done for all: aborted once nobody wants it any more. */
  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** Tells everybody who still waits how far the shared work is. */
  tell(progress: Parameters<RunContext['onProgress']>[0]): void {
    for (const run of this.runs) if (!this.ends.has(run)) run.context.onProgress(progress);
  }

  end(run: BackfillRun, end: BackfillEnd): void {
    if (!this.ends.has(run)) this.ends.set(run, end);
  }

  isOpen(run: BackfillRun): boolean {
    return !this.ends.has(run);
  }

  /** The step for each that has not ended, some at a time; what it throws is the end of that one. */
  async each<F extends { readonly run: BackfillRun }>(
    list: readonly F[],
    step: (one: F) => Promise<void>,
  ): Promise<void> {
    await someAtOnce(list, async (one) => {
      if (!this.isOpen(one.run)) return;
      try {
        one.run.context.signal.throwIfAborted();
        await step(one);
      } catch (thrown) {
        this.end(one.run, { thrown });
      }
    });
  }

  /** One end for each run, in their order. */
  outcome(): readonly BackfillEnd[] {
    return this.runs.map((run) => this.ends.get(run) ?? { thrown: run.context.signal.reason });
  }
}

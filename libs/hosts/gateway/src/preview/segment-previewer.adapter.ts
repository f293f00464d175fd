import type { SegmentPreviewer } from '@kohort/gateway-resolvers';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ColumnLoader, ColumnStore } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { segmentStore, type Database } from '@kohort/platform-postgres';
import {
  RuleSets,
  adviseRule,
  composeSegment,
  diffSegment,
  membersKnownNow,
  overlapOfSegments,
  previewSegment,
  type PreviewDeps,
} from '@kohort/segments-flow';

/** The column store as the gateway asks it. */
export interface GatewayColumns {
  readonly store: ColumnStore;
  readonly loader: ColumnLoader;
}

/** A preview waits so long for what is new; a large import is loaded by the pipeline worker meanwhile. */
const REFRESH_MS = 3_000;

/** Kinds of failure after which a preview is counted as the column store stands. */
const PASSING: readonly string[] = ['cancelled', 'transient'];

/** Counts previews on the column store. */
export function segmentPreviewer(parts: {
  readonly database: Database;
  readonly columns: GatewayColumns;
  readonly clock: Clock;
}): SegmentPreviewer {
  const { database, columns, clock } = parts;
  const deps: PreviewDeps = {
    store: segmentStore(database),
    ruleSets: new RuleSets(),
    columns: columns.store,
    clock,
    async refresh(workspaceId, control) {
      const late = AbortSignal.timeout(REFRESH_MS);
      const signal = control?.signal ? AbortSignal.any([control.signal, late]) : late;
      try {
        await columns.loader.load(workspaceId, { signal });
        return true;
      } catch (thrown) {
        control?.signal?.throwIfAborted();
        if (isAppError(thrown) && PASSING.includes(thrown.kind)) return false;
        throw thrown;
      }
    },
  };
  return {
    advise: (request, signal) => adviseRule(deps, request, { signal }),
    preview: (request, signal) => previewSegment(deps, request, { signal }),
    membersKnownNow: (request, signal) => membersKnownNow(deps, request, { signal }),
    overlap: (request, signal) => overlapOfSegments(deps, request, { signal }),
    compose: (request, signal) => composeSegment(deps, request, { signal }),
    diff: (request, signal) => diffSegment(deps, request, { signal }),
  };
}

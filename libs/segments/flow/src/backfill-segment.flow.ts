import type { RunContext, RunParams } from '@kohort/kernel-contracts';
import { backfillSegments } from './backfill-segments.flow';
import type { BackfillDeps, BackfillResult } from './fill-pass';

/** As `backfillSegments`, of one version. Throws what stood in its way. */
export async function backfillSegment(
  deps: BackfillDeps,
  context: RunContext,
  params: RunParams<'segments.backfill'>,
): Promise<BackfillResult> {
  const [end] = await backfillSegments(deps, [{ context, params }]);
  if (end !== undefined && 'result' in end) return end.result;
  throw end?.thrown;
}

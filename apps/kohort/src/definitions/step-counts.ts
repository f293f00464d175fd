import type { SegmentStep } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import type { WorkspaceSegments } from './workspace-segments';

/** What a step does to people; null where it is known only once the step is applied. */
export interface StepCounts {
  readonly now: number;
  readonly entering: number | null;
  readonly leaving: number | null;
}

/** Counts what each step would do. A step that leaves the rule alone moves nobody. */
export function countsOf(
  _client: GatewayClient,
  steps: readonly SegmentStep[],
  standing: WorkspaceSegments,
): Promise<ReadonlyMap<string, StepCounts>> {
  const counts = new Map<string, StepCounts>();
  for (const { action, key, fields } of steps) {
    if (action === 'unchanged') continue;
    const now = standing.segments.get(key)?.size ?? 0;
    const moves = action === 'create' || fields.includes('rule') || fields.includes('draft');
    if (action === 'archive') counts.set(key, { now, entering: 0, leaving: now });
    else counts.set(key, moves ? { now, entering: null, leaving: null } : { now, entering: 0, leaving: 0 });
  }
  return Promise.resolve(counts);
}

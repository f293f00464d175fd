import type { AudienceCounts } from '@kohort/kernel-contracts';

/** What a run may do to an audience without a person's word. */
export interface GuardPolicy {
  readonly maxRemovalShareOfOne: number;
}

export const GUARD: GuardPolicy = { maxRemovalShareOfOne: 0.3 };

/**
 * Why a run must wait for a person: it would remove more than the share, or leave nobody. Null when it may go on. An
 * outage upstream must not empty a customer's audiences.
 */
export function reasonToHold(counts: AudienceCounts, policy: GuardPolicy = GUARD): string | null {
  const { held, owedAdds, owedRemovals } = counts;
  if (owedRemovals === 0 || held === 0) return null;
  if (held - owedRemovals + owedAdds <= 0) return `it would empty the audience of ${held}`;
  if (owedRemovals > held * policy.maxRemovalShareOfOne) {
    const percent = Math.floor((owedRemovals / held) * 100);
    return `it would remove ${owedRemovals} of ${held} people (${percent} %)`;
  }
  return null;
}

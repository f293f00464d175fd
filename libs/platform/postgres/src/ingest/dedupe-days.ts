import { sql } from 'kysely';
import { DEDUPE_DAYS, type GroupedRequest, type WorkspaceId } from '@kohort/kernel-contracts';

const DAY_MS = 86_400_000;

/** The most days that a workspace may ask for; each key of a live call is kept that long unless it is swept before. */
export const LONGEST_DAYS = DEDUPE_DAYS.most;

/** Until when a key can matter, whatever its workspace asks for; an import's for as long as the request says. */
export function keptUntil({ receivedAt, dedupeDays }: Pick<GroupedRequest, 'receivedAt' | 'dedupeDays'>): number {
  return receivedAt + Math.max(dedupeDays, LONGEST_DAYS) * DAY_MS;
}

/**
 * What a key's time is shortened by: the days of the longest window that this workspace does not ask for.
 *
 * Shape   an interval, read with the workspace's row in the caller's transaction
 */
export function daysLeftOut(workspaceId: WorkspaceId, usualDays: number) {
  const usual = Math.min(usualDays, LONGEST_DAYS);
  return sql`(select make_interval(days => ${LONGEST_DAYS}::int - coalesce(w.dedupe_days, ${usual}::int))
    from workspace w where w.workspace_id = ${workspaceId}::uuid)`;
}

import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';

/**
 * Narrows rows `w` to those whose `id` is somebody who is there: neither merged away nor suppressed. They are looked up one
 * by one, for a planner would read everybody to find some thousands.
 */
export const livePeople = (workspaceId: WorkspaceId) => sql`cross join lateral (
  select 1 from profile p where p.workspace_id = ${workspaceId}::uuid and p.id = w.id and p.merged_into is null
    and p.suppressed_at is null offset 0) as live`;

import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';

/**
 * That the `id` of a row `w` is of nobody who was merged away or suppressed. Profiles are removed by nobody, so whoever is
 * not among those is there: they are few beside everybody, and have an index of their own (`profile_gone`).
 */
export const isThere = (workspaceId: WorkspaceId) => sql`not exists (
  select 1 from profile p where p.workspace_id = ${workspaceId}::uuid and p.id = w.id
    and (p.merged_into is not null or p.suppressed_at is not null))`;

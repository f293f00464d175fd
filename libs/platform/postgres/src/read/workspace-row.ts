import { workspaceIdSchema, type WorkspaceRecord } from '@kohort/kernel-contracts';
import { ms } from './columns';

/** What is read of a workspace. */
export const WORKSPACE_COLUMNS = ['workspace_id', 'name', 'time_zone', 'dedupe_days', 'created_at'] as const;

interface WorkspaceRow {
  readonly workspace_id: string;
  readonly name: string;
  readonly time_zone: string;
  readonly dedupe_days: number | null;
  readonly created_at: Date;
}

/** A row as the API shows it. */
export function toWorkspace(row: WorkspaceRow): WorkspaceRecord {
  return {
    id: workspaceIdSchema.parse(row.workspace_id),
    name: row.name,
    timeZone: row.time_zone,
    dedupeDays: row.dedupe_days,
    createdAt: ms(row.created_at),
  };
}

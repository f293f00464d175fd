import {
  sourceConnectionIdSchema,
  sourceIdSchema,
  type Page,
  type PageRequest,
  type SourceConnectionView,
  type WorkspaceReader,
} from '@kohort/kernel-contracts';
import { jsonOf, ms, msOrNull } from './columns';
import { reading, type Scope } from './deadline';
import { cursorText, listOf, parseCursor, toPage } from './paging';

/** The columns that `toSourceConnection` needs. */
export const SOURCE_CONNECTION_COLUMNS = [
  'id',
  'key',
  'name',
  'plugin',
  'settings',
  'source_id',
  'mapping',
  'create_profiles',
  'every_minutes',
  'next_at',
  'pulled_at',
  'created_at',
] as const;

interface SourceConnectionRow {
  id: string;
  key: string;
  name: string;
  plugin: string;
  settings: unknown;
  source_id: string;
  mapping: unknown;
  create_profiles: boolean | null;
  every_minutes: number | null;
  next_at: Date | null;
  pulled_at: Date | null;
  created_at: Date;
}

/** A row of table source_connection as the API shows it: never its secrets, and not how far it has been read. */
export function toSourceConnection(row: SourceConnectionRow): SourceConnectionView {
  return {
    id: sourceConnectionIdSchema.parse(row.id),
    key: row.key,
    name: row.name,
    plugin: row.plugin,
    settings: jsonOf(row.settings),
    sourceId: sourceIdSchema.parse(row.source_id),
    mapping: jsonOf(row.mapping),
    createProfiles: row.create_profiles,
    everyMinutes: row.every_minutes,
    nextAt: msOrNull(row.next_at),
    pulledAt: msOrNull(row.pulled_at),
    createdAt: ms(row.created_at),
  };
}

async function list(scope: Scope, request: PageRequest): Promise<Page<SourceConnectionView>> {
  const mark = listOf(scope, 'sourceConnections');
  const after = parseCursor(request.after, cursorText, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('source_connection')
      .select(SOURCE_CONNECTION_COLUMNS)
      .where('workspace_id', '=', scope.workspaceId);
    if (after) query = query.where('key', '>', after[0]);
    return query
      .orderBy('key')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toSourceConnection, cursor: (row) => [row.key] });
}

/** Configured sources. */
export function sourceConnectionReader(
  scope: Scope,
): Pick<WorkspaceReader, 'sourceConnections' | 'sourceConnectionByKey'> {
  return {
    sourceConnections: (page) => list(scope, page),
    sourceConnectionByKey: async (key) => {
      const row = await reading(scope, (tx) =>
        tx
          .selectFrom('source_connection')
          .select(SOURCE_CONNECTION_COLUMNS)
          .where('workspace_id', '=', scope.workspaceId)
          .where('key', '=', key)
          .executeTakeFirst(),
      );
      return row ? toSourceConnection(row) : null;
    },
  };
}

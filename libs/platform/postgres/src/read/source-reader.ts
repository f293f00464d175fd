import { sql } from 'kysely';
import {
  maskingSchema,
  runIdSchema,
  sourceIdSchema,
  type ImportedFile,
  type LedgerRecord,
  type Page,
  type PageRequest,
  type SourceRecord,
  type WorkspaceReader,
} from '@kohort/kernel-contracts';
import { ms } from './columns';
import { reading, type Scope } from './deadline';
import { cursorText, cursorUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

/** The columns that `toSource` needs. */
export const SOURCE_COLUMNS = ['id', 'key', 'name', 'kind', 'created_at', 'masking'] as const;

interface SourceRow {
  id: string;
  key: string;
  name: string;
  kind: string;
  created_at: Date;
  masking: unknown;
}

interface LedgerRow {
  source_id: string;
  received: string;
  stored: string;
  duplicate: string;
  rejected: string;
  suppressed: string;
  quarantined: string;
}

/** A row of table source as the API shows it: never its write key. */
export function toSource(row: SourceRow): SourceRecord {
  return {
    id: sourceIdSchema.parse(row.id),
    key: row.key,
    name: row.name,
    kind: row.kind,
    createdAt: ms(row.created_at),
    masking: row.masking === null ? null : maskingSchema.parse(row.masking),
  };
}

function toLedger(row: LedgerRow): LedgerRecord {
  return {
    sourceId: sourceIdSchema.parse(row.source_id),
    received: Number(row.received),
    stored: Number(row.stored),
    duplicate: Number(row.duplicate),
    rejected: Number(row.rejected),
    suppressed: Number(row.suppressed),
    quarantined: Number(row.quarantined),
  };
}

async function sources(scope: Scope, request: PageRequest): Promise<Page<SourceRecord>> {
  const mark = listOf(scope, 'sources');
  const after = parseCursor(request.after, cursorText, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx.selectFrom('source').select(SOURCE_COLUMNS).where('workspace_id', '=', scope.workspaceId);
    if (after) query = query.where('key', '>', after[0]);
    return query
      .orderBy('key')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toSource, cursor: (row) => [row.key] });
}

async function ledger(
  scope: Scope,
  range: { readonly fromMs?: number; readonly toMs?: number },
  request: PageRequest,
): Promise<Page<LedgerRecord>> {
  const mark = listOf(scope, 'ledger');
  const after = parseCursor(request.after, cursorUuid, mark);
  const behind = after ? sql`and source_id > ${after[0]}::uuid` : sql``;
  const from = range.fromMs === undefined ? sql`` : sql`and minute >= ${new Date(range.fromMs)}`;
  const to = range.toMs === undefined ? sql`` : sql`and minute < ${new Date(range.toMs)}`;
  const { rows } = await reading(scope, (tx) =>
    sql<LedgerRow>`
      select source_id, sum(received) as received, sum(stored) as stored, sum(duplicate) as duplicate,
        sum(rejected) as rejected, sum(suppressed) as suppressed, sum(quarantined) as quarantined
      from ledger_minute where workspace_id = ${scope.workspaceId} ${from} ${to} ${behind}
      group by source_id order by source_id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toLedger, cursor: (row) => [row.source_id] });
}

async function importedFiles(scope: Scope, key: string, sha256: readonly string[]): Promise<ImportedFile[]> {
  if (sha256.length === 0) return [];
  const rows = await reading(scope, (tx) =>
    tx
      .selectFrom('imported_file as f')
      .innerJoin('source as s', (join) =>
        join.onRef('s.workspace_id', '=', 'f.workspace_id').onRef('s.id', '=', 'f.source_id'),
      )
      .select(['f.sha256', 'f.mapping_digest', 'f.bytes', 'f.rows', 'f.run_id'])
      .where('f.workspace_id', '=', scope.workspaceId)
      .where('s.key', '=', key)
      .where('f.sha256', 'in', [...sha256])
      .orderBy('f.sha256')
      .orderBy('f.mapping_digest')
      .execute(),
  );
  return rows.map((row) => ({
    sha256: row.sha256,
    mappingDigest: row.mapping_digest,
    bytes: Number(row.bytes),
    rows: Number(row.rows),
    runId: runIdSchema.parse(row.run_id),
  }));
}

/** Sources, and what their ledgers add up to. */
export function sourceReader(
  scope: Scope,
): Pick<WorkspaceReader, 'sources' | 'sourcesByIds' | 'sourceByKey' | 'importedFiles' | 'ledger'> {
  return {
    importedFiles: (key, sha256) => importedFiles(scope, key, sha256),
    sources: (page) => sources(scope, page),
    sourcesByIds: async (ids) => {
      const known = uuidsOf(ids);
      if (known.length === 0) return [];
      const rows = await reading(scope, (tx) =>
        tx
          .selectFrom('source')
          .select(SOURCE_COLUMNS)
          .where('workspace_id', '=', scope.workspaceId)
          .where('id', 'in', [...known])
          .execute(),
      );
      return rows.map(toSource);
    },
    sourceByKey: async (key) => {
      const row = await reading(scope, (tx) =>
        tx
          .selectFrom('source')
          .select(SOURCE_COLUMNS)
          .where('workspace_id', '=', scope.workspaceId)
          .where('key', '=', key)
          .executeTakeFirst(),
      );
      return row ? toSource(row) : null;
    },
    ledger: (range, page) => ledger(scope, range, page),
  };
}

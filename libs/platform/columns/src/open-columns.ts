import type { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ColumnParameters, ColumnStore } from '@kohort/kernel-contracts';
import { columnStore } from './column-store.adapter';
import { columnsDdl, rowTables, SCHEMA_VERSION, type ColumnLayout } from './ddl';
import { columnsError } from './errors';

export interface ColumnsOptions {
  /** The door's address, or `CLICKHOUSE_URL`. */
  readonly url: string;
  readonly adminKey: string;
  readonly queryKey: string;
  /** Lower-case word. */
  readonly database: string;
  readonly layout?: ColumnLayout;
  /** Users' names where they are not the door's. */
  readonly adminUser?: string;
  readonly queryUser?: string;
}

/** The column store as the loader and the hosts see it: reads for everybody, writes for the loader alone. */
export interface Columns {
  readonly database: string;
  readonly store: ColumnStore;
  /** Makes the tables. A store of another schema version is dropped: it is an index, and is filled anew. */
  migrate(): Promise<void>;
  /** Rows of an administrator's statement, as objects. */
  select(sql: string, params?: ColumnParameters): Promise<readonly unknown[]>;
  /** Inserts tab-separated rows as they stream in. */
  insertLines(table: string, lines: Readable): Promise<void>;
  /** Takes everything of one workspace out, to be loaded anew. Gone for readers at once, from the files with merges. */
  clear(workspaceId: string): Promise<void>;
  /** Takes everything out, where it cannot be read any more. */
  reset(): Promise<void>;
  /** Answers; false while it is starting or gone. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** The server ends a statement long before; these end a connection to a server that has stopped answering. */
const READ_TIMEOUT_MS = 3 * 60_000;
const WRITE_TIMEOUT_MS = 30 * 60_000;

function clientOf(options: ColumnsOptions, user: 'admin' | 'query'): ClickHouseClient {
  const isAdmin = user === 'admin';
  return createClient({
    url: options.url,
    username: (isAdmin ? options.adminUser : options.queryUser) ?? user,
    password: isAdmin ? options.adminKey : options.queryKey,
    // The administrator makes the database, so cannot stand in it from the first statement on.
    ...(isAdmin ? {} : { database: options.database }),
    request_timeout: isAdmin ? WRITE_TIMEOUT_MS : READ_TIMEOUT_MS,
    // Errors are thrown and logged by the caller, once, without the statement's values.
    log: { level: ClickHouseLogLevel.OFF },
  });
}

const onCluster = (layout: ColumnLayout): string => (layout.kind === 'cluster' ? ` ON CLUSTER ${layout.name}` : '');

async function storedVersion(admin: ClickHouseClient, database: string): Promise<number | undefined> {
  const exists = await admin.query({
    query:
      'SELECT count() AS tables, countIf(name = {version:String}) AS versions FROM system.tables WHERE database = {database:String}',
    query_params: { database, version: 'schema_version' },
    format: 'JSONEachRow',
  });
  const [found] = await exists.json<{ tables: number | string; versions: number | string }>();
  if (Number(found?.tables ?? 0) === 0) return undefined;
  if (Number(found?.versions ?? 0) === 0) return 0;
  const answer = await admin.query({ query: `SELECT version FROM ${database}.schema_version`, format: 'JSONEachRow' });
  const [row] = await answer.json<{ version: number }>();
  return Number(row?.version ?? 0);
}

async function migrate(admin: ClickHouseClient, database: string, layout: ColumnLayout): Promise<void> {
  const statements = columnsDdl(database, layout);
  const version = await storedVersion(admin, database);
  const on = layout.kind === 'cluster' ? ` ON CLUSTER ${layout.name}` : '';
  if (version !== undefined && version !== SCHEMA_VERSION)
    await admin.command({ query: `DROP DATABASE ${database}${on} SYNC` });
  for (const query of statements) await admin.command({ query });
}

/** Runs what talks to the server, with its errors turned into ours. */
async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw columnsError(thrown);
  }
}

/**
 * Opens the column store. Connects lazily; `migrate` is the first call of a process that may write.
 */
export function openColumns(options: ColumnsOptions): Columns {
  const layout = options.layout ?? { kind: 'single' };
  const { database } = options;
  const admin = clientOf(options, 'admin');
  const reader = clientOf(options, 'query');
  return {
    database,
    store: columnStore(reader),
    migrate: () => asking(() => migrate(admin, database, layout)),
    select: (query, params) =>
      asking(async () => {
        const answer = await admin.query({ query, query_params: { ...params }, format: 'JSONEachRow' });
        return answer.json<unknown>();
      }),
    insertLines: (table, values) =>
      asking(async () => {
        await admin.insert({
          table: `${database}.${table}`,
          values,
          format: 'TabSeparated',
          // One batch of a long history spans more months than the default of 100 partitions an insert.
          clickhouse_settings: { max_partitions_per_insert_block: '0' },
        });
      }),
    clear: (workspaceId) =>
      asking(async () => {
        for (const table of rowTables(layout)) {
          await admin.command({
            query: `DELETE FROM ${database}.${table}${onCluster(layout)} WHERE workspace_id = {workspaceId:UUID}`,
            query_params: { workspaceId },
            clickhouse_settings: { lightweight_deletes_sync: '2' },
          });
        }
      }),
    reset: () =>
      asking(async () => {
        await admin.command({ query: `DROP DATABASE IF EXISTS ${database}${onCluster(layout)} SYNC` });
        await migrate(admin, database, layout);
      }),
    async ping() {
      const { success } = await admin.ping();
      return success;
    },
    async close() {
      await Promise.all([admin.close(), reader.close()]);
    },
  };
}

import { openColumnLoader, openColumns, type Columns, type OpenColumnLoader } from '@kohort/platform-columns';
import type { Database } from '@kohort/platform-postgres';

/** Two users of one ClickHouse: the loader's, and the read-only one. */
export interface ColumnAddress {
  readonly url: string;
  readonly adminUser?: string;
  readonly adminKey: string;
  readonly queryUser?: string;
  readonly queryKey: string;
}

/** Reads `http://user:password@host:port` twice: for the loader, and for the reader where it differs. */
export function columnAddress(adminUrl: string, queryUrl: string = adminUrl): ColumnAddress {
  const admin = new URL(adminUrl);
  const query = new URL(queryUrl);
  return {
    url: `${admin.protocol}//${admin.host}`,
    adminUser: decodeURIComponent(admin.username) || 'admin',
    adminKey: decodeURIComponent(admin.password),
    queryUser: decodeURIComponent(query.username) || 'query',
    queryKey: decodeURIComponent(query.password),
  };
}

/** The column store of a process, with its tables made. */
export interface OpenedColumns {
  readonly columns: Columns;
  readonly loader: OpenColumnLoader;
  close(): Promise<void>;
}

const DATABASE = 'kohort';

/** The column store for who needs it now and then: nothing is asked of it yet, and its tables are another's to make. */
export function reachColumnStore(address: ColumnAddress, database: Database): OpenedColumns {
  const columns = openColumns({ ...address, database: DATABASE });
  const loader = openColumnLoader({ database, columns });
  return {
    columns,
    loader,
    async close() {
      await loader.close();
      await columns.close();
    },
  };
}

/** Opens the column store and makes its tables where they are missing. */
export async function openColumnStore(address: ColumnAddress, database: Database): Promise<OpenedColumns> {
  const opened = reachColumnStore(address, database);
  await opened.columns.migrate();
  return opened;
}

import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import { Pool, escapeLiteral } from 'pg';
import { systemClock } from '@kohort/kernel-clock-random';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { newsOf, outboxSignal } from './outbox-signal';
import { quickPool } from './quick-pool';
import type { KohortTables } from './tables';
import { columnParsers } from './timestamptz';

/** A transaction that already stands in one workspace: row-level security shows it that workspace and nothing else. */
export type WorkspaceTransaction = Transaction<KohortTables>;

export interface TransactionOptions {
  readonly readOnly?: boolean;
  /** `repeatable read` for readers that put several queries beside each other. */
  readonly isolation?: 'read committed' | 'repeatable read';
  /**
   * Its statements are planned once a connection, for any values, and read no table whole that has an index. For what is
   * done for every event: statements that go by keys, and are the same each time.
   */
  readonly keepPlans?: boolean;
  /** Each statement is cancelled by the server after this time; no limit when absent. */
  readonly statementTimeoutMs?: number;
}

/**
 * PostgreSQL as the stages see it. There is no way to query without naming the workspace: `inWorkspace` opens a
 * transaction, sets `app.ws` for it alone, and commits when the callback resolves.
 */
export interface Database {
  inWorkspace<T>(
    workspaceId: WorkspaceId,
    work: (tx: WorkspaceTransaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** The relay's view: due work of all workspaces, ids only (role kohort_relay). For the relay and the timers alone. */
  readonly relay: Kysely<KohortTables>;
  /** The connection string that this database was opened with (for LISTEN and for the queue's own pool). */
  readonly url: string;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** postgres://…; the login role must be a member of kohort_app and kohort_relay. */
  readonly url: string;
  readonly maxConnections: number;
  readonly applicationName: string;
}

/**
 * How long a connection is kept that nobody asks for. Longer than the pause between any two looks of an idle process: to
 * open one anew (a process of the server, a key derived from the password) costs more than a thousand small statements.
 */
export const IDLE_CONNECTION_MS = 120_000;

function pool(options: DatabaseOptions, role: 'kohort_app' | 'kohort_relay', max: number, extra = ''): Pool {
  const made = new Pool({
    connectionString: options.url,
    max,
    pipeline: true,
    types: columnParsers(),
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    application_name: `${options.applicationName}:${role}`,
    // The role is taken at connection start, so that no statement ever runs as the owner.
    options: `-c role=${role} -c search_path=kohort -c idle_in_transaction_session_timeout=10000 -c timezone=UTC${extra}`,
  });
  // A connection may drop while it is idle, or checked out between two queries. Neither must end the process: the next
  // query on it fails, and the pool makes another.
  made.on('error', () => undefined);
  made.on('connect', (client) => void client.on('error', () => undefined));
  return made;
}

const RELAY_CONNECTIONS = 5;

/** Opens the two pools (app and relay). Connects lazily; nothing is checked here, see `checkSafety`. */
export function openDatabase(options: DatabaseOptions): Database {
  const appPool = pool(options, 'kohort_app', options.maxConnections);
  // The relay's own writes (positions, claims) are bookkeeping: what a crash takes of them is done again, and an effect
  // that depends on them flushes them with its own commit. So they need not wait for the disk.
  const relayPool = pool(options, 'kohort_relay', RELAY_CONNECTIONS, ' -c synchronous_commit=off');
  const over = (from: Pool, keepPlans: boolean): Kysely<KohortTables> => {
    const { now } = systemClock;
    return new Kysely<KohortTables>({ dialect: new PostgresDialect({ pool: quickPool(from, { keepPlans, now }) }) });
  };
  const app = over(appPool, false);
  const hot = over(appPool, true);
  const relay = over(relayPool, true);
  const signalOutbox = outboxSignal(options.url, relay);
  return {
    url: options.url,
    relay,
    async inWorkspace(workspaceId, work, settings = {}) {
      let builder = (settings.keepPlans ? hot : app).transaction();
      if (settings.isolation) builder = builder.setIsolationLevel(settings.isolation);
      if (settings.readOnly) builder = builder.setAccessMode('read only');
      const { answer, news } = await builder.execute(async (tx) => {
        const limit = settings.statementTimeoutMs;
        const within = `set local app.ws = ${escapeLiteral(workspaceId)}`;
        const bounded = limit === undefined ? '' : `; set local statement_timeout = ${Math.ceil(limit)}`;
        // They go with the first statement of the work, and cost it nothing; nothing in them is to be compiled.
        await tx.executeQuery(CompiledQuery.raw(`${within}${bounded}`));
        return { answer: await work(tx), news: newsOf(tx) };
      });
      if (news) signalOutbox(news);
      return answer;
    },
    async close() {
      await Promise.all([app.destroy(), hot.destroy(), relay.destroy()]);
      await Promise.all([appPool.end(), relayPool.end()]);
    },
  };
}

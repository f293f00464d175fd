import { Kysely, Migrator, PostgresDialect, sql, type Migration } from 'kysely';
import { Pool } from 'pg';
import { migrationList } from './migrations/list';
import { protect } from './migrations/protect';
import { makePartitions } from './partitions';
import { isLockTimeout, withLockRetry, withMaintenanceLock } from './maintenance-lock';
import { postgresErrors } from './postgres-errors';

const LOCK_TIMEOUT_MS = 2_000;

/**
 * The two roles that our statements run under. They cannot log in, own nothing and do not bypass row-level security;
 * the login role becomes one of them at the start of each connection.
 */
const roles = `
do $roles$
declare wanted text;
begin
  foreach wanted in array array['kohort_app', 'kohort_relay'] loop
    if not exists (select 1 from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', wanted);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    if not pg_has_role(current_user, wanted, 'member') then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $roles$;
create schema if not exists kohort;
create schema if not exists kohort_meta;
`;

const migrations: Record<string, Migration> = Object.fromEntries(
  Object.entries(migrationList).map(([name, text]) => [
    name,
    { up: async (db) => void (await sql.raw(text).execute(db)) },
  ]),
);

async function migrateOnce(db: Kysely<unknown>): Promise<readonly string[]> {
  await sql.raw(roles).execute(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: 'kohort_meta',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    if (isLockTimeout(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const migration = results.find((each) => each.status === 'Error')?.migrationName ?? 'setup';
    throw postgresErrors.POSTGRES_MIGRATION_FAILED({ migration, reason }, { cause: error });
  }
  await sql.raw(protect).execute(db);
  // So that every process can see whether the database is of its release.
  await sql
    .raw('grant usage on schema kohort_meta to kohort_app; grant select on kohort_meta.migration to kohort_app')
    .execute(db);
  return results.map((each) => each.migrationName);
}

/**
 * Brings the database to this release: roles, schema, migrations (all pending ones in one transaction, under an advisory
 * lock), row-level security on every table, this and the next month's partitions. Safe to run from many processes and
 * while others serve: no lock is waited for longer than two seconds at a time.
 *
 * Shape   ownerUrl: a login role that may create roles and schemas; returns the names of the migrations that ran now
 * Throws  POSTGRES_MIGRATION_FAILED with the name; nothing of the pending migrations is kept then
 */
export async function migrate(ownerUrl: string, nowMs: number = Date.now()): Promise<readonly string[]> {
  const pool = new Pool({
    connectionString: ownerUrl,
    max: 2,
    application_name: 'kohort:migrate',
    options: `-c search_path=kohort -c lock_timeout=${LOCK_TIMEOUT_MS} -c client_min_messages=warning -c timezone=UTC`,
  });
  // A pool that is ending may still hear of a server that stops.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await withMaintenanceLock(ownerUrl, async (client) => {
      const ran = await withLockRetry(() => migrateOnce(db));
      await withLockRetry(() => makePartitions(client, nowMs));
      return ran;
    });
  } finally {
    await db.destroy();
  }
}

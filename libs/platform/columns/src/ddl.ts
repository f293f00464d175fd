import { ACCOUNT_TRAIT, GROUP_TRAIT } from '@kohort/kernel-contracts';
import { columnsErrors } from './errors';

/** Raised when a table changes; an older store is dropped and filled anew. */
export const SCHEMA_VERSION = 5;

/**
 * Where the tables lie. `single`: one server, the embedded engine among them. `cluster`: every table is a local one on
 * each shard with a Distributed one before it, sharded by profile, so that a GROUP BY profile stays on its shard;
 * `replicated` when the cluster has a keeper.
 */
export type ColumnLayout =
  { readonly kind: 'single' } | { readonly kind: 'cluster'; readonly name: string; readonly replicated: boolean };

interface TableDefinition {
  readonly name: string;
  readonly columns: readonly string[];
  /** Among rows with the same order key the one with the greatest version counts; absent: such rows are alike. */
  readonly version?: string;
  readonly partitionBy?: string;
  readonly orderBy: readonly string[];
  /** Absent: the same on every shard. */
  readonly shardBy?: string;
}

const IDS = ['workspace_id UUID', 'profile_id UUID'];
const LOG = ['xid UInt64', 'seq UInt64', 'sign Int8'];

/**
 * Every table is the end of a log: rows come again after a crash, and −1 follows +1 when an event moves to another
 * profile. So the last row of a key decides (`seq` rises along the log), which makes loading again harmless.
 */
const TABLES: readonly TableDefinition[] = [
  {
    name: 'events',
    columns: [
      ...IDS,
      'event_id UUID',
      'name LowCardinality(String)',
      "ts DateTime64(3, 'UTC')",
      'properties String',
      ...LOG,
      // The account that the event names; empty for none.
      'group_id String',
    ],
    version: 'seq',
    partitionBy: 'toYYYYMM(ts)',
    // By name first: a question about some events reads those alone.
    orderBy: ['workspace_id', 'name', 'profile_id', 'ts', 'event_id'],
    shardBy: 'cityHash64(profile_id)',
  },
  {
    name: 'trait_rows',
    columns: [
      ...IDS,
      'key LowCardinality(String)',
      'value String',
      "valid_from DateTime64(3, 'UTC')",
      'message_id String',
      ...LOG,
    ],
    version: 'seq',
    // By key first: a question about one trait of many reads that one alone.
    orderBy: ['workspace_id', 'key', 'profile_id', 'valid_from', 'message_id'],
    shardBy: 'cityHash64(profile_id)',
  },
  {
    // Who ever had a record (lost = 0), and whose records were ever taken away (lost = 1): filled by `mark_profiles`.
    name: 'profile_marks',
    columns: [...IDS, 'lost UInt8'],
    orderBy: ['workspace_id', 'profile_id', 'lost'],
    shardBy: 'cityHash64(profile_id)',
  },
  {
    name: 'membership_rows',
    columns: [...IDS, 'segment_key LowCardinality(String)', 'member UInt8', 'change_version UInt64'],
    version: 'change_version',
    orderBy: ['workspace_id', 'segment_key', 'profile_id'],
    shardBy: 'cityHash64(profile_id)',
  },
  {
    name: 'consent_rows',
    columns: [...IDS, 'purpose LowCardinality(String)', 'given UInt8', 'seq UInt64'],
    version: 'seq',
    orderBy: ['workspace_id', 'purpose', 'profile_id'],
    shardBy: 'cityHash64(profile_id)',
  },
  {
    name: 'score_rows',
    columns: [
      ...IDS,
      'model_key LowCardinality(String)',
      'version UInt32',
      'probability Nullable(Float64)',
      'percentile Nullable(Float64)',
      'cluster_key Nullable(String)',
      'confidence Nullable(Float64)',
    ],
    version: 'version',
    orderBy: ['workspace_id', 'model_key', 'version', 'profile_id'],
    shardBy: 'cityHash64(profile_id)',
  },
  {
    name: 'watermarks',
    columns: [
      'workspace_id UUID',
      'log LowCardinality(String)',
      'xid UInt64',
      'seq UInt64',
      'loaded UInt64',
      // Which filling of the store it speaks of: a loader that was under way when the store was dropped must not leave
      // a place behind that the new one has not reached.
      'store UUID',
    ],
    version: 'loaded',
    orderBy: ['workspace_id', 'log'],
  },
  { name: 'store_identity', columns: ['id UUID', 'version UInt8'], version: 'version', orderBy: ['id'] },
];

/** The id of an account, as the database's `account_id` makes it of workspace and group id. */
function accountId(groupId: string): string {
  const digest = `lower(hex(substring(SHA256(concat(toString(workspace_id), ':account:', ${groupId})), 1, 16)))`;
  return `toUUID(concat(substring(${digest}, 1, 12), '8', substring(${digest}, 14, 3), '8', substring(${digest}, 18, 15)))`;
}

/** Rows before rows: the names that statements read. `name = ''` marks records that are no events (identify, alias). */
const VIEWS: readonly { readonly name: string; readonly select: (database: string) => string }[] = [
  {
    name: 'live_events',
    select: (db) => `SELECT workspace_id, profile_id, event_id, name, ts, properties
      FROM ${db}.events FINAL WHERE sign > 0 AND name != ''`,
  },
  {
    name: 'profiles',
    // Everybody who has a live record, without reading all records: the few who lost some are looked up.
    select: (db) => `SELECT workspace_id, profile_id FROM ${db}.profile_marks FINAL
      WHERE lost = 0 AND (workspace_id, profile_id) GLOBAL NOT IN (
        SELECT workspace_id, profile_id FROM ${db}.profile_marks
        WHERE lost = 1 AND (workspace_id, profile_id) GLOBAL NOT IN (
          SELECT workspace_id, profile_id FROM ${db}.events FINAL
          WHERE sign > 0 AND (workspace_id, profile_id) GLOBAL IN (
            SELECT workspace_id, profile_id FROM ${db}.profile_marks WHERE lost = 1)))`,
  },
  {
    name: 'traits',
    select: (db) => `SELECT workspace_id, profile_id, key, value, valid_from, message_id
      FROM ${db}.trait_rows FINAL WHERE sign > 0`,
  },
  {
    name: 'accounts',
    select: (db) =>
      `SELECT workspace_id, profile_id FROM ${db}.trait_rows FINAL WHERE sign > 0 AND key = '${ACCOUNT_TRAIT}'`,
  },
  {
    // Somebody may be named twice: once for each call that says so.
    name: 'account_people',
    select: (
      db,
    ) => `SELECT workspace_id, profile_id, ${accountId('JSONExtractString(value)')} AS account_id, valid_from AS since
      FROM ${db}.trait_rows FINAL WHERE sign > 0 AND key = '${GROUP_TRAIT}'`,
  },
  {
    name: 'account_events',
    select: (db) => `SELECT workspace_id, ${accountId('group_id')} AS profile_id, event_id, name, ts, properties
      FROM ${db}.events FINAL WHERE sign > 0 AND name != '' AND group_id != ''`,
  },
  {
    name: 'memberships',
    select: (db) => `SELECT workspace_id, profile_id, segment_key FROM ${db}.membership_rows FINAL WHERE member = 1`,
  },
  {
    name: 'consents',
    select: (db) => `SELECT workspace_id, profile_id, purpose FROM ${db}.consent_rows FINAL WHERE given = 1`,
  },
  {
    name: 'scores',
    // A version is readable once its watermark, written behind all of its rows, names it.
    select: (db) => `SELECT workspace_id, profile_id, model_key, probability, percentile, cluster_key, confidence
      FROM ${db}.score_rows FINAL
      WHERE (workspace_id, model_key, version) IN (
        SELECT workspace_id, substring(log, 8), toUInt32(seq) FROM ${db}.watermarks FINAL
        WHERE startsWith(log, 'scores:') AND store = (SELECT min(id) FROM ${db}.store_identity))`,
  },
];

const WORD = /^[a-z][a-z0-9_]{0,62}$/;

function engineOf(table: TableDefinition, layout: ColumnLayout): string {
  const version = table.version === undefined ? [] : [table.version];
  if (layout.kind === 'cluster' && layout.replicated) {
    const place = [`'/clickhouse/tables/{shard}/{database}/${table.name}'`, `'{replica}'`];
    return `ReplicatedReplacingMergeTree(${[...place, ...version].join(', ')})`;
  }
  return `ReplacingMergeTree(${version.join(', ')})`;
}

/**
 * FINAL costs nothing over a partition that is one part, and several times the reading over one that is many: what has
 * been quiet for so long is merged into one.
 */
const MERGE_AFTER_SECONDS = 600;
const SETTINGS = `min_age_to_force_merge_seconds = ${MERGE_AFTER_SECONDS}, min_age_to_force_merge_on_partition_only = 1`;

/** Writes `profile_marks` with each insert into `events`: on the shard, beside the rows. */
function marksStatement(database: string, layout: ColumnLayout): string {
  const [on, local] = layout.kind === 'cluster' ? [` ON CLUSTER ${layout.name}`, '_local'] : ['', ''];
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.mark_profiles${on} TO ${database}.profile_marks${local} AS
    SELECT workspace_id, profile_id, toUInt8(sign <= 0) AS lost FROM ${database}.events${local}
    GROUP BY workspace_id, profile_id, lost`;
}

function tableStatements(database: string, table: TableDefinition, layout: ColumnLayout): readonly string[] {
  const body = `(${table.columns.join(', ')}) ENGINE = ${engineOf(table, layout)}
    ${table.partitionBy === undefined ? '' : `PARTITION BY ${table.partitionBy}`} ORDER BY (${table.orderBy.join(', ')})
    SETTINGS ${SETTINGS}`;
  if (layout.kind === 'single') return [`CREATE TABLE IF NOT EXISTS ${database}.${table.name} ${body}`];
  const on = `ON CLUSTER ${layout.name}`;
  const local = `${table.name}_local`;
  const shard = table.shardBy ?? 'cityHash64(workspace_id)';
  return [
    `CREATE TABLE IF NOT EXISTS ${database}.${local} ${on} ${body}`,
    `CREATE TABLE IF NOT EXISTS ${database}.${table.name} ${on} AS ${database}.${local}
      ENGINE = Distributed(${layout.name}, ${database}, ${local}, ${shard})`,
  ];
}

/**
 * The statements that make the store, in order. Repeating them changes nothing.
 *
 * Throws  COLUMNS_NAME_INVALID
 */
export function columnsDdl(database: string, layout: ColumnLayout): readonly string[] {
  const names = layout.kind === 'cluster' ? [database, layout.name] : [database];
  if (!names.every((name) => WORD.test(name))) throw columnsErrors.COLUMNS_NAME_INVALID();
  const on = layout.kind === 'cluster' ? ` ON CLUSTER ${layout.name}` : '';
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}${on}`,
    ...TABLES.flatMap((table) => tableStatements(database, table, layout)),
    marksStatement(database, layout),
    ...VIEWS.map(({ name, select }) => `CREATE VIEW IF NOT EXISTS ${database}.${name}${on} AS ${select(database)}`),
    `INSERT INTO ${database}.store_identity (id, version) SELECT generateUUIDv4(), 1
      WHERE (SELECT count() FROM ${database}.store_identity) = 0`,
    // Last: its presence says that all others are there, in this version.
    `CREATE VIEW IF NOT EXISTS ${database}.schema_version${on} AS SELECT toUInt32(${SCHEMA_VERSION}) AS version`,
  ];
}

/** The tables that hold rows of workspaces, without the Distributed ones before them. */
export function rowTables(layout: ColumnLayout): readonly string[] {
  const names = TABLES.map(({ name }) => name).filter((name) => name !== 'store_identity');
  return layout.kind === 'cluster' ? names.map((name) => `${name}_local`) : names;
}

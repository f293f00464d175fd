import { escapeLiteral } from 'pg';
import { columnsErrors } from './errors';

/** A place in a log of PostgreSQL, both parts as decimal text. */
export interface LogPlace {
  readonly xid: string;
  readonly seq: string;
}

export const LOG_START: LogPlace = { xid: '0', seq: '0' };

/** A stretch of a log: behind `from`, up to and including `to`. */
export interface LogStretch {
  readonly workspaceId: string;
  readonly from: LogPlace;
  readonly to: LogPlace;
}

/** How one log of PostgreSQL becomes rows of one table. */
export interface ColumnLog {
  readonly log: 'events' | 'traits' | 'memberships' | 'consents';
  /** The append-only table whose (xid, seq) is read. */
  readonly source: 'event_assignment' | 'trait_value' | 'membership_change' | 'consent_given';
  readonly target: 'events' | 'trait_rows' | 'membership_rows' | 'consent_rows';
  /** Columns of `target` in its order, as PostgreSQL expressions over `r` (the log's row) and what `join` adds. */
  readonly expressions: readonly string[];
  readonly join: string;
  /** What is live of the log up to a place: one number a row (`n`), as a subquery over `r`. For comparing. */
  readonly live: (condition: string) => string;
  /** The same of the store. */
  readonly stored: (database: string) => string;
}

/** An instant as DateTime64 reads it. Its range ends at 1900 and 2299; what lies beyond is of no use to a window. */
const instant = (expression: string): string =>
  `least(greatest(${expression}, '1900-01-01T00:00:00Z'), '2299-12-30T00:00:00Z') at time zone 'UTC'`;

export const COLUMN_LOGS: readonly ColumnLog[] = [
  {
    log: 'events',
    source: 'event_assignment',
    target: 'events',
    expressions: [
      'r.workspace_id',
      'r.profile_id',
      'r.event_id',
      // A −1 takes a row back under its own name, also when the event is gone.
      `case when e.id is null then coalesce(r.event_name, '') else coalesce(e.name, '') end`,
      instant('r.ts'),
      `coalesce(e.properties, '{}')`,
      'r.xid',
      'r.seq',
      'r.sign',
      `coalesce(e.group_id, '')`,
    ],
    // An erased event is gone, its −1 stays.
    join: `left join event e on e.workspace_id = r.workspace_id and e.id = r.event_id and e.received_at = r.received_at`,
    live: (condition) => `select seq as n from (
      select distinct on (event_id, profile_id) seq, sign from event_assignment r where ${condition}
      order by event_id, profile_id, seq desc) l where sign > 0`,
    stored: (db) => `SELECT seq AS n FROM ${db}.events FINAL WHERE workspace_id = {workspaceId:UUID} AND sign > 0`,
  },
  {
    log: 'traits',
    source: 'trait_value',
    target: 'trait_rows',
    expressions: [
      'r.workspace_id',
      'r.profile_id',
      'r.key',
      `coalesce(r.value, 'null')`,
      instant('r.valid_from'),
      'r.message_id',
      'r.xid',
      'r.seq',
      'r.sign',
    ],
    join: '',
    live: (condition) => `select seq as n from (
      select distinct on (profile_id, key, valid_from, message_id) seq, sign from trait_value r where ${condition}
      order by profile_id, key, valid_from, message_id, seq desc) l where sign > 0`,
    stored: (db) => `SELECT seq AS n FROM ${db}.trait_rows FINAL WHERE workspace_id = {workspaceId:UUID} AND sign > 0`,
  },
  {
    log: 'memberships',
    source: 'membership_change',
    target: 'membership_rows',
    expressions: ['r.workspace_id', 'r.profile_id', 'r.segment_key', `(r.kind = 'entered')::int`, 'r.change_version'],
    join: '',
    live: (condition) => `select change_version as n from (
      select distinct on (segment_key, profile_id) change_version, kind from membership_change r where ${condition}
      order by segment_key, profile_id, change_version desc) l where kind = 'entered'`,
    stored: (db) =>
      `SELECT change_version AS n FROM ${db}.membership_rows FINAL WHERE workspace_id = {workspaceId:UUID} AND member = 1`,
  },
  {
    log: 'consents',
    source: 'consent_given',
    target: 'consent_rows',
    expressions: ['r.workspace_id', 'r.profile_id', 'r.purpose', 'r.given::int', 'r.seq'],
    join: '',
    live: (condition) => `select seq as n from (
      select distinct on (purpose, profile_id) seq, given from consent_given r where ${condition}
      order by purpose, profile_id, seq desc) l where given`,
    stored: (db) =>
      `SELECT seq AS n FROM ${db}.consent_rows FINAL WHERE workspace_id = {workspaceId:UUID} AND given = 1`,
  },
];

const DIGITS = /^\d{1,20}$/;

/** A number that came out of PostgreSQL or the store, on its way into COPY, which takes no parameters. */
function digits(text: string): string {
  if (!DIGITS.test(text)) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'a place in a log is not a number' });
  return text;
}

/** The condition of a stretch, over `r`. */
export function stretchCondition({ workspaceId, from, to }: LogStretch): string {
  return `r.workspace_id = ${escapeLiteral(workspaceId)}
    and (r.xid, r.seq) > ('${digits(from.xid)}'::xid8, ${digits(from.seq)})
    and (r.xid, r.seq) <= ('${digits(to.xid)}'::xid8, ${digits(to.seq)})`;
}

/** A stretch as tab-separated lines. COPY's text form is what ClickHouse calls TabSeparated, escape for escape. */
export function copyStretch(log: ColumnLog, stretch: LogStretch): string {
  return `copy (select ${log.expressions.join(', ')} from ${log.source} r ${log.join}
    where ${stretchCondition(stretch)}) to stdout`;
}

/** The scores of one model version as lines of `score_rows`. */
export function copyScores(score: { workspaceId: string; modelId: string; modelKey: string; version: number }): string {
  return `copy (select workspace_id, profile_id, ${escapeLiteral(score.modelKey)}, version, probability, percentile,
    cluster_key, confidence from score where workspace_id = ${escapeLiteral(score.workspaceId)}
    and model_id = ${escapeLiteral(score.modelId)} and version = ${Math.trunc(score.version)}) to stdout`;
}

import { Pool, type PoolClient } from 'pg';
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams';
import {
  copyScores,
  copyStretch,
  stretchCondition,
  type ColumnLog,
  type LogPlace,
  type LogStretch,
} from './column-logs';

/** A model's live version, as PostgreSQL has it. */
export interface LiveModel {
  readonly id: string;
  readonly key: string;
  /** 0: none is live. */
  readonly version: number;
}

/** How far a batch reaches. */
export interface LogBound {
  readonly place: LogPlace;
  /** Nothing that may be read now lies behind it. */
  readonly isLast: boolean;
}

/** The logs of one workspace, within one read-only transaction. */
export interface LogReader {
  /** The place `rows` rows behind `from`, or the last that may be read; null when there is none behind it. */
  bound(log: ColumnLog, from: LogPlace, rows: number): Promise<LogBound | null>;
  /** Whether the place lies in the future of this server: it is of a state before a restore. */
  isAhead(place: LogPlace): Promise<boolean>;
  lines(log: ColumnLog, stretch: LogStretch): CopyToStreamQuery;
  scoreLines(model: LiveModel): CopyToStreamQuery;
  liveModels(): Promise<readonly LiveModel[]>;
  /** Count and sum over what is live up to a place. */
  summary(log: ColumnLog, to: LogPlace): Promise<{ readonly count: string; readonly sum: string }>;
}

function reader(client: PoolClient, workspaceId: string): LogReader {
  return {
    async bound(log, from, rows) {
      // Only transactions older than every open one: nothing can appear behind a place that was read.
      const readable = `from ${log.source} l where workspace_id = $1 and (xid, seq) > ($2::xid8, $3::bigint)
        and xid < pg_snapshot_xmin(pg_current_snapshot())`;
      const values = [workspaceId, from.xid, from.seq];
      // Ordered by the columns: their bare names would mean the texts.
      const place = 'select xid::text as xid, seq::text as seq';
      const full = await client.query<LogPlace>(`${place} ${readable} order by l.xid, l.seq offset $4 limit 1`, [
        ...values,
        rows - 1,
      ]);
      if (full.rows[0]) return { place: full.rows[0], isLast: false };
      const last = await client.query<LogPlace>(`${place} ${readable} order by l.xid desc, l.seq desc limit 1`, values);
      return last.rows[0] ? { place: last.rows[0], isLast: true } : null;
    },
    async isAhead(place) {
      const answer = await client.query<{ ahead: boolean }>(
        'select $1::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as ahead',
        [place.xid],
      );
      return answer.rows[0]?.ahead === true;
    },
    lines: (log, stretch) => client.query(copyTo(copyStretch(log, stretch))),
    scoreLines: (model) =>
      client.query(copyTo(copyScores({ workspaceId, modelId: model.id, modelKey: model.key, version: model.version }))),
    async liveModels() {
      const answer = await client.query<LiveModel>(
        'select id, key, coalesce(live_version, 0) as version from model where workspace_id = $1 order by key',
        [workspaceId],
      );
      return answer.rows;
    },
    async summary(log, to) {
      const condition = stretchCondition({ workspaceId, from: { xid: '0', seq: '0' }, to });
      const answer = await client.query<{ count: string; sum: string }>(
        `select count(*)::text as count, coalesce(sum(n), 0)::text as sum from (${log.live(condition)}) s`,
      );
      return answer.rows[0] ?? { count: '0', sum: '0' };
    },
  };
}

/** Connections for reading logs with COPY, which the query builder does not know. */
export interface LogReaders {
  inWorkspace<T>(workspaceId: string, work: (reader: LogReader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens a small pool of its own, as the role that sees one workspace at a time. */
export function openLogReaders(url: string): LogReaders {
  const pool = new Pool({
    connectionString: url,
    max: 2,
    application_name: 'kohort:columns.load',
    options:
      '-c role=kohort_app -c search_path=kohort -c timezone=UTC -c datestyle=ISO -c default_transaction_read_only=on',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return {
    async inWorkspace(workspaceId, work) {
      const client = await pool.connect();
      let broken = true;
      try {
        await client.query('begin');
        await client.query(`select set_config('app.ws', $1, true)`, [workspaceId]);
        const result = await work(reader(client, workspaceId));
        await client.query('commit');
        broken = false;
        return result;
      } finally {
        // A COPY that was given up leaves its connection in the middle of a stream: it is not used again.
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

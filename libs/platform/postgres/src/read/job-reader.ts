import { sql } from 'kysely';
import { z } from 'zod';
import type { JobReader, JobRecord, Page, PageRequest } from '@kohort/kernel-contracts';
import { jsonObjectOf, jsonOf, ms, msOrNull } from './columns';
import { reading, type Scope } from './deadline';
import { cursorInstantUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

/** A row of table run, as `jobColumns` asks for it. */
export interface JobRow {
  id: string;
  job: string;
  status: string;
  params: unknown;
  progress: unknown;
  result: unknown;
  error: unknown;
  cancel_requested: boolean;
  created_at: Date;
  created_text: string;
  started_at: Date | null;
  finished_at: Date | null;
}

/** The columns of a JobRow. */
export const jobColumns = sql.raw(
  `id, job, status, params, progress, result, error, cancel_requested, created_at, started_at, finished_at,
   to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_text`,
);

const errorSchema = z.object({ code: z.string(), kind: z.string(), message: z.string() });

/** A row of table run as the API shows it. */
export function toJob(row: JobRow): JobRecord {
  const error = errorSchema.safeParse(row.error);
  return {
    id: row.id,
    job: row.job,
    status: row.status,
    params: jsonOf(row.params),
    progress: jsonObjectOf(row.progress),
    result: jsonOf(row.result),
    error: error.success ? error.data : null,
    cancelRequested: row.cancel_requested,
    createdAt: ms(row.created_at),
    startedAt: msOrNull(row.started_at),
    finishedAt: msOrNull(row.finished_at),
  };
}

async function list(
  scope: Scope,
  filter: { readonly job?: string; readonly status?: string },
  request: PageRequest,
): Promise<Page<JobRecord>> {
  const mark = listOf(scope, 'jobs');
  const after = parseCursor(request.after, cursorInstantUuid, mark);
  const behind = after ? sql`and (created_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
  const ofJob = filter.job === undefined ? sql`` : sql`and job = ${filter.job}`;
  const ofStatus = filter.status === undefined ? sql`` : sql`and status = ${filter.status}`;
  const { rows } = await reading(scope, (tx) =>
    sql<JobRow>`
      select ${jobColumns} from run where workspace_id = ${scope.workspaceId} ${ofJob} ${ofStatus} ${behind}
      order by created_at desc, id desc limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toJob, cursor: (row) => [row.created_text, row.id] });
}

/** Long jobs: table run. */
export function jobReader(scope: Scope): JobReader {
  return {
    list: (filter, page) => list(scope, filter, page),
    byIds: async (ids) => {
      const known = uuidsOf(ids);
      if (known.length === 0) return [];
      const { rows } = await reading(scope, (tx) =>
        sql<JobRow>`select ${jobColumns} from run
          where workspace_id = ${scope.workspaceId} and id = any(${known}::uuid[])`.execute(tx),
      );
      return rows.map(toJob);
    },
  };
}

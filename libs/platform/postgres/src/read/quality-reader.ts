import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import {
  QUALITY_SUBJECTS,
  type Page,
  type PageRequest,
  type QualityFieldRecord,
  type QualityReader,
  type QualityRecordsRecord,
} from '@kohort/kernel-contracts';
import { QUALITY_SCHEMA_VERSION } from '../quality/quality-store.adapter';
import { jsonOf, ms } from './columns';
import { reading, type Scope } from './deadline';
import { listOf, parseCursor, toPage } from './paging';

const kindSchema = z.enum(QUALITY_SUBJECTS);
const cursorPlace = z.tuple([z.string(), z.string(), z.string()]);

interface Row {
  subject_kind: string;
  subject_key: string;
  event: string;
  field: string;
  week: string;
  at: Date;
  rows: string;
  profile: unknown;
  baseline_week: string | null;
  drift: unknown;
}

const toField = (row: Row): QualityFieldRecord => ({
  subject: { kind: kindSchema.parse(row.subject_kind), key: row.subject_key, event: row.event },
  field: row.field,
  week: row.week,
  at: ms(row.at),
  rows: Number(row.rows),
  profile: jsonOf(row.profile),
  baselineWeek: row.baseline_week,
  drift: jsonOf(row.drift ?? null),
});

/** The latest week of each subject, by key, event and field. */
async function list(
  scope: Scope,
  which: { readonly of: string | null; readonly where: RawBuilder<unknown> },
  request: PageRequest,
): Promise<Page<QualityFieldRecord>> {
  const mark = listOf(scope, 'qualityFields', which.of);
  const after = parseCursor(request.after, cursorPlace, mark);
  const behind = after ? sql`and (subject_key, event, field) > (${after[0]}, ${after[1]}, ${after[2]})` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<Row>`
      select subject_kind, subject_key, event, field, week::text as week, at, rows, profile,
        baseline_week::text as baseline_week, drift
      from quality_snapshot q
      where workspace_id = ${scope.workspaceId} and schema_version = ${QUALITY_SCHEMA_VERSION} and ${which.where} ${behind}
        and week = (select max(week) from quality_snapshot l where l.workspace_id = q.workspace_id
          and l.subject_kind = q.subject_kind and l.subject_key = q.subject_key and l.event = q.event)
      order by subject_key, event, field limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toField, cursor: (row) => [row.subject_key, row.event, row.field] });
}

interface RecordsRow {
  subject_kind: string;
  subject_key: string;
  event: string;
  week: string;
  at: Date;
  rows: string;
  quality: unknown;
  gone: string[];
}

/**
 * The latest week of each subject's records. Whoever was erased or suppressed since is not named: their ids are told as
 * gone, to be left out.
 */
async function records(
  scope: Scope,
  { sourceKey, event }: Parameters<QualityReader['records']>[0],
  request: PageRequest,
): Promise<Page<QualityRecordsRecord>> {
  const mark = listOf(scope, 'qualityRecords', sourceKey);
  const after = parseCursor(request.after, z.tuple([z.string()]), mark);
  const behind = after ? sql`and event > ${after[0]}` : sql``;
  const which =
    sourceKey === null
      ? sql`subject_kind = 'trait' and subject_key = ''`
      : sql`subject_kind in ('source', 'event') and subject_key = ${sourceKey}`;
  const one = event === null ? sql`` : sql`and event = ${event}`;
  const { rows } = await reading(scope, (tx) =>
    sql<RecordsRow>`
      select subject_kind, subject_key, event, week::text as week, at, rows, quality, array(
          select named.id from jsonb_to_recordset(case jsonb_typeof(quality -> 'isolated') when 'object'
            then quality -> 'isolated' -> 'rows' else '[]' end) as named (id text)
          where not exists (select 1 from event e where q.subject_kind <> 'trait' and e.workspace_id = q.workspace_id
              and e.id = named.id::uuid and e.received_at <= q.at)
            and not exists (select 1 from profile p where q.subject_kind = 'trait' and p.workspace_id = q.workspace_id
              and p.id = named.id::uuid and p.merged_into is null and p.suppressed_at is null)) as gone
      from quality_records q
      where workspace_id = ${scope.workspaceId} and schema_version = ${QUALITY_SCHEMA_VERSION} and ${which} ${one} ${behind}
        and week = (select max(week) from quality_records l where l.workspace_id = q.workspace_id
          and l.subject_kind = q.subject_kind and l.subject_key = q.subject_key and l.event = q.event)
      order by event limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, {
    request,
    list: mark,
    node: (row) => ({
      subject: { kind: kindSchema.parse(row.subject_kind), key: row.subject_key, event: row.event },
      week: row.week,
      at: ms(row.at),
      rows: Number(row.rows),
      quality: jsonOf(row.quality),
      gone: row.gone,
    }),
    cursor: (row) => [row.event],
  });
}

/** The latest profiles of sources and traits, field by field. */
export function qualityReader(scope: Scope): QualityReader {
  return {
    ofSource: (key, event, page) => {
      const one = event === null ? sql`` : sql`and event = ${event}`;
      const where = sql`subject_kind in ('source', 'event') and subject_key = ${key} ${one}`;
      return list(scope, { of: key, where }, page);
    },
    records: (of, page) => records(scope, of, page),
    ofTraits: (key, page) => {
      const one = key === null ? sql`` : sql`and subject_key = ${key}`;
      return list(scope, { of: null, where: sql`subject_kind = 'trait' ${one}` }, page);
    },
  };
}

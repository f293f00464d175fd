import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import {
  QUALITY_SUBJECTS,
  type Page,
  type PageRequest,
  type QualityFieldRecord,
  type QualityReader,
} from '@kohort/kernel-contracts';
import { QUALITY_SCHEMA_VERSION } from '../quality/quality-store.adapter';
import { jsonOf, ms } from './columns';
import { reading, type Scope } from './deadline';
import { parseCursor, toPage } from './paging';

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
async function list(scope: Scope, which: RawBuilder<unknown>, request: PageRequest): Promise<Page<QualityFieldRecord>> {
  const after = parseCursor(request.after, cursorPlace);
  const behind = after ? sql`and (subject_key, event, field) > (${after[0]}, ${after[1]}, ${after[2]})` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<Row>`
      select subject_kind, subject_key, event, field, week::text as week, at, rows, profile,
        baseline_week::text as baseline_week, drift
      from quality_snapshot q
      where workspace_id = ${scope.workspaceId} and schema_version = ${QUALITY_SCHEMA_VERSION} and ${which} ${behind}
        and week = (select max(week) from quality_snapshot l where l.workspace_id = q.workspace_id
          and l.subject_kind = q.subject_kind and l.subject_key = q.subject_key and l.event = q.event)
      order by subject_key, event, field limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, node: toField, cursor: (row) => [row.subject_key, row.event, row.field] });
}

/** The latest profiles of sources and traits, field by field. */
export function qualityReader(scope: Scope): QualityReader {
  return {
    ofSource: (key, event, page) => {
      const one = event === null ? sql`` : sql`and event = ${event}`;
      return list(scope, sql`subject_kind in ('source', 'event') and subject_key = ${key} ${one}`, page);
    },
    ofTraits: (key, page) => {
      const one = key === null ? sql`` : sql`and subject_key = ${key}`;
      return list(scope, sql`subject_kind = 'trait' ${one}`, page);
    },
  };
}

import { sql } from 'kysely';
import { z } from 'zod';
import {
  GROUP_TRAIT,
  sourceIdSchema,
  type QualityEvent,
  type QualityPage,
  type QualityStore,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { jsonObjectOf, jsonOf, ms } from '../read/columns';

/** Batches looked at for one page, and messages at which a page is full (a batch is never split). */
const BATCHES = 200;
const PAGE_ROWS = 5_000;
const PEOPLE = 2_000;
/** The version of what is written; a reader passes over rows of another. */
export const QUALITY_SCHEMA_VERSION = 1;

const uuid = z.uuid();

interface EventRow {
  id: string;
  type: string;
  name: string | null;
  user_id: string | null;
  anonymous_id: string | null;
  ts: Date;
  received_at: Date;
  properties: unknown;
}

const toEvent = (row: EventRow): QualityEvent => ({
  id: row.id,
  type: row.type,
  name: row.name,
  userId: row.user_id,
  anonymousId: row.anonymous_id,
  ts: ms(row.ts),
  receivedAt: ms(row.received_at),
  properties: jsonObjectOf(row.properties) ?? {},
});

/**
 * A stretch of batches and their messages: batches by id, which is the order of a key that exists, so that no index is
 * added to the table that every accepted call writes.
 */
async function eventPage(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  window: Parameters<QualityStore['events']>[1],
  after: string | null,
): Promise<QualityPage<QualityEvent>> {
  const [from, to] = [new Date(window.fromMs), new Date(window.toMs)];
  const batches = await tx
    .selectFrom('batch')
    .select(['id', 'row_count', 'kind', 'created_at'])
    .where('workspace_id', '=', workspaceId)
    .$if(after !== null, (query) => query.where('id', '>', uuid.parse(after)))
    .orderBy('id')
    .limit(BATCHES)
    .execute();
  let rows = 0;
  // A batch is written in the transaction of its messages: it is no younger than they are, nor much older.
  const taken = batches.filter((batch) => {
    if (rows >= PAGE_ROWS) return false;
    rows += batch.kind === 'events' && batch.created_at >= new Date(from.getTime() - DAY_MS) ? batch.row_count : 0;
    return true;
  });
  const ids = taken.filter(
    ({ kind, created_at }) => kind === 'events' && created_at.getTime() >= from.getTime() - DAY_MS,
  );
  const last = taken.at(-1)?.id ?? null;
  const next = taken.length === batches.length && batches.length < BATCHES ? null : last;
  if (ids.length === 0) return { items: [], next };
  const events = await tx
    .selectFrom('event')
    .select(['id', 'type', 'name', 'user_id', 'anonymous_id', 'ts', 'received_at', 'properties'])
    .where('workspace_id', '=', workspaceId)
    .where(
      'batch_id',
      'in',
      ids.map(({ id }) => id),
    )
    .where('source_id', '=', window.sourceId)
    .where('received_at', '>=', from)
    .where('received_at', '<', to)
    // The last digits of moments and what sketches keep depend on the order: a repeat reads in the same one.
    .orderBy('id')
    .execute();
  return { items: events.map(toEvent), next };
}

const DAY_MS = 86_400_000;

async function peoplePage(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  after: string | null,
): ReturnType<QualityStore['people']> {
  const people = await tx
    .selectFrom('profile')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('merged_into', 'is', null)
    .where('kind', '=', 'person')
    .$if(after !== null, (query) => query.where('id', '>', uuid.parse(after)))
    .orderBy('id')
    .limit(PEOPLE)
    .execute();
  const ids = people.map(({ id }) => id);
  if (ids.length === 0) return { items: [], next: null };
  const { rows } = await sql<{ profile_id: string; traits: unknown }>`
    select profile_id, jsonb_object_agg(key, value) as traits from (
      select distinct on (profile_id, key) profile_id, key, value from (
        select profile_id, key, value, valid_from, message_id from trait_value
        where workspace_id = ${workspaceId} and profile_id = any(${ids}::uuid[]) and valid_from <= now()
          and key <> ${GROUP_TRAIT}
        group by profile_id, key, value, valid_from, message_id having sum(sign) > 0) as standing
      order by profile_id, key, valid_from desc, message_id desc) as latest
    where value is not null group by profile_id`.execute(tx);
  const traits = new Map(rows.map((row) => [row.profile_id, jsonObjectOf(row.traits) ?? {}]));
  const next = ids.length < PEOPLE ? null : (ids.at(-1) ?? null);
  return { items: ids.map((id) => ({ id, traits: traits.get(id) ?? {} })), next };
}

async function fieldsBefore(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  ...[subject, week]: [Parameters<QualityStore['before']>[1], string]
): ReturnType<QualityStore['before']> {
  const { rows } = await sql<{ field: string; rows: string; profile: unknown; week: string }>`
    select field, rows, profile, week::text as week from quality_snapshot
    where workspace_id = ${workspaceId} and subject_kind = ${subject.kind} and subject_key = ${subject.key}
      and event = ${subject.event} and schema_version = ${QUALITY_SCHEMA_VERSION}
      and week = (select max(week) from quality_snapshot
        where workspace_id = ${workspaceId} and subject_kind = ${subject.kind} and subject_key = ${subject.key}
          and event = ${subject.event} and week < ${week}::date)`.execute(tx);
  const [first] = rows;
  if (!first) return null;
  const fields = rows.map((row) => ({
    field: row.field,
    rows: Number(row.rows),
    profile: jsonOf(row.profile),
    drift: null,
  }));
  return { week: first.week, fields };
}

async function writeSnapshot(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  snapshot: Parameters<QualityStore['save']>[1][number],
): Promise<void> {
  const { subject, week, at, baselineWeek, fields, records } = snapshot;
  for (const table of ['quality_snapshot', 'quality_records'] as const) {
    await tx
      .deleteFrom(table)
      .where('workspace_id', '=', workspaceId)
      .where('subject_kind', '=', subject.kind)
      .where('subject_key', '=', subject.key)
      .where('event', '=', subject.event)
      .where('week', '=', week)
      .execute();
  }
  const of = { workspace_id: workspaceId, subject_kind: subject.kind, subject_key: subject.key, event: subject.event };
  const made = { ...of, week, at: new Date(at), schema_version: QUALITY_SCHEMA_VERSION };
  if (records) {
    const { rows, quality } = records;
    await tx
      .insertInto('quality_records')
      .values({ ...made, rows, quality: JSON.stringify(quality) })
      .execute();
  }
  if (fields.length === 0) return;
  await tx
    .insertInto('quality_snapshot')
    .values(
      fields.map(({ field, rows, profile, drift }) => ({
        ...made,
        field,
        rows,
        profile: JSON.stringify(profile),
        baseline_week: drift === null ? null : baselineWeek,
        drift: drift === null ? null : JSON.stringify(drift),
      })),
    )
    .execute();
}

/** The port, over `event`, `trait_value` and `quality_snapshot`. */
export function qualityStore(database: Database): QualityStore {
  const reading = <T>(workspaceId: WorkspaceId, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> =>
    database.inWorkspace(workspaceId, work, { readOnly: true });
  return {
    sources: (workspaceId) =>
      reading(workspaceId, async (tx) => {
        const rows = await tx
          .selectFrom('source')
          .select(['id', 'key'])
          .where('workspace_id', '=', workspaceId)
          .orderBy('key')
          .execute();
        return rows.map(({ id, key }) => ({ id: sourceIdSchema.parse(id), key }));
      }),
    events: (workspaceId, window, after) => reading(workspaceId, (tx) => eventPage(tx, workspaceId, window, after)),
    people: (workspaceId, after) => reading(workspaceId, (tx) => peoplePage(tx, workspaceId, after)),
    counts: (workspaceId) =>
      reading(workspaceId, async (tx) => {
        const { people } = await tx
          .selectFrom('profile')
          .select((of) => of.fn.countAll<string>().as('people'))
          .where('workspace_id', '=', workspaceId)
          .where('merged_into', 'is', null)
          .where('kind', '=', 'person')
          .executeTakeFirstOrThrow();
        return { people: Number(people) };
      }),
    before: (workspaceId, subject, week) => reading(workspaceId, (tx) => fieldsBefore(tx, workspaceId, subject, week)),
    save: (fence, snapshots) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        for (const snapshot of snapshots) await writeSnapshot(tx, fence.workspaceId, snapshot);
      }),
    prune: (fence, beforeWeek) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        for (const table of ['quality_snapshot', 'quality_records'] as const) {
          await tx
            .deleteFrom(table)
            .where('workspace_id', '=', fence.workspaceId)
            .where('week', '<', beforeWeek)
            .execute();
        }
      }),
  };
}

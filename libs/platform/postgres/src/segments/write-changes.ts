import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type BatchId,
  type EvaluationOutcome,
  type EventId,
  type Json,
  type MembershipCause,
  type ProfileId,
  type ProofDecision,
  type SegmentId,
  type TimerDecision,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { binaryRows, type BinaryColumn } from '../ingest/binary-rows';
import { appendOutbox } from '../outbox';
import { sendAlong } from '../send-along';
import { TIMER_CHANNEL, TIMER_NEAR_MS } from './timer-signal';

/** One entry or exit as it is written. */
export interface ChangeRow {
  readonly segmentId: SegmentId;
  readonly profileId: ProfileId;
  readonly member: boolean;
  readonly segmentVersion: number;
  readonly ruleHash: string;
  readonly cause: MembershipCause;
  readonly eventId: EventId | null;
  readonly proof: Json;
  readonly proofHash: string | null;
}

/** So many entries or exits of a segment. */
export interface Written {
  readonly segment_id: string;
  readonly kind: 'entered' | 'exited';
  readonly n: number;
}

/** A batch is of many people and few segments: first who differs in every row. */
const COLUMNS: readonly BinaryColumn<ChangeRow>[] = [
  ['profile_id', 'uuid', ({ profileId }) => profileId],
  ['segment_id', 'uuid', ({ segmentId }) => segmentId],
  ['member', 'int4', ({ member }) => (member ? 1 : 0)],
  ['segment_version', 'int4', ({ segmentVersion }) => segmentVersion],
  ['rule_hash', 'bytea', ({ ruleHash }) => ruleHash],
  ['cause', 'text', ({ cause }) => cause],
  ['event_id', 'uuid', ({ eventId }) => eventId],
  ['proof', 'jsonb', ({ proof }) => (proof === null ? null : JSON.stringify(proof))],
  ['proof_hash', 'bytea', ({ proofHash }) => proofHash],
];

/** Membership and change log in one statement: what stands already as it should be is passed over. */
async function writeRows(
  tx: WorkspaceTransaction,
  scope: { workspaceId: WorkspaceId; batchId: BatchId; at: number },
  rows: readonly ChangeRow[],
): Promise<readonly Written[]> {
  const { workspaceId, batchId, at } = scope;
  const instant = sql`'epoch'::timestamptz + ${at}::float8 * interval '1 millisecond'`;
  const sent = binaryRows(rows, COLUMNS);
  const answer = await sql<Written>`
    with wanted as materialized (
      select m.profile_id, ${sent.of('segment_id')} as segment_id, ${sent.of('member')} = 1 as member,
        ${sent.of('segment_version')} as segment_version, ${sent.of('rule_hash')} as rule_hash,
        ${sent.of('cause')} as cause, ${sent.of('event_id')} as event_id, ${sent.of('proof')} as proof,
        ${sent.of('proof_hash')} as proof_hash
      from ${sent.from}
    ), written as (
      insert into membership as m (workspace_id, segment_id, profile_id, member, change_version, segment_version,
        entered_at, exited_at, cause, proof, proof_hash)
      select ${workspaceId}::uuid, segment_id, profile_id, member, 1, segment_version,
        case when member then ${instant} end, case when not member then ${instant} end, cause, proof, proof_hash
      from wanted order by segment_id, profile_id
      on conflict (workspace_id, segment_id, profile_id) do update set
        member = excluded.member, change_version = m.change_version + 1, segment_version = excluded.segment_version,
        entered_at = coalesce(excluded.entered_at, m.entered_at), exited_at = excluded.exited_at,
        cause = excluded.cause, proof = excluded.proof, proof_hash = excluded.proof_hash, proof_version = null
      where m.member is distinct from excluded.member
      returning segment_id, profile_id, member, change_version, segment_version, cause, proof_hash
    ), logged as (
      insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind, change_version,
        segment_version, rule_hash, evaluated_at, cause, proof_hash, event_id)
      select ${workspaceId}::uuid, ${batchId}::uuid, w.segment_id, s.key, w.profile_id,
        case when w.member then 'entered' else 'exited' end, w.change_version, w.segment_version,
        r.rule_hash, ${instant}, w.cause, w.proof_hash, r.event_id
      from written w
      join wanted r on r.segment_id = w.segment_id and r.profile_id = w.profile_id
      join segment s on s.workspace_id = ${workspaceId}::uuid and s.id = w.segment_id
      returning segment_id, kind
    )
    select segment_id, kind, count(*)::int as n from logged group by 1, 2`.execute(tx);
  return answer.rows;
}

/**
 * The batch, its outbox row, and the sizes of its segments, in the order of ids: two transactions never wait for each
 * other.
 */
export async function writeBatch(
  tx: WorkspaceTransaction,
  { workspaceId, batchId }: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
  written: readonly Written[],
): Promise<void> {
  const deltas = new Map<string, number>();
  for (const { segment_id, kind, n } of written) {
    deltas.set(segment_id, (deltas.get(segment_id) ?? 0) + (kind === 'entered' ? n : -n));
  }
  const moved = [...deltas].filter(([, delta]) => delta !== 0);
  await sendAlong(
    tx,
    sql`
    with made as (
      insert into batch (workspace_id, id, kind, row_count)
      values (${workspaceId}::uuid, ${batchId}::uuid, 'membership', ${written.reduce((sum, { n }) => sum + n, 0)})
    ), held as materialized (
      select id from segment where workspace_id = ${workspaceId}::uuid
        and id = any(${moved.map(([id]) => id)}::uuid[]) order by id for no key update)
    update segment s set size = s.size + d.delta
    from unnest(${moved.map(([id]) => id)}::uuid[], ${moved.map(([, delta]) => delta)}::bigint[]) as d (id, delta), held
    where s.workspace_id = ${workspaceId}::uuid and s.id = d.id and held.id = d.id`,
  );
  await appendOutbox(tx, 'MembershipChanged', { workspaceId, batchId });
}

/**
 * Writes entries and exits with log, sizes, batch and outbox row. Nothing is written, and no batch made, when everything
 * stands already as wanted.
 */
export async function writeChanges(
  tx: WorkspaceTransaction,
  scope: { readonly workspaceId: WorkspaceId; readonly at: number },
  rows: readonly ChangeRow[],
): Promise<EvaluationOutcome> {
  if (rows.length === 0) return { entered: 0, exited: 0, batchId: null };
  const { workspaceId } = scope;
  const batchId = batchIdSchema.parse(randomUUID());
  const written = await writeRows(tx, { ...scope, batchId }, rows);
  const total = (kind: Written['kind']): number =>
    written.reduce((sum, row) => sum + (row.kind === kind ? row.n : 0), 0);
  const [entered, exited] = [total('entered'), total('exited')];
  if (entered + exited === 0) return { entered, exited, batchId: null };
  await writeBatch(tx, { workspaceId, batchId }, written);
  return { entered, exited, batchId };
}

/** Adds proofs to members who have none; a proof that stands is never replaced. */
export async function writeProofs(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  proofs: readonly ProofDecision[],
): Promise<void> {
  if (proofs.length === 0) return;
  await sendAlong(
    tx,
    sql`
    update membership m set proof = r.proof, proof_hash = decode(r."proofHash", 'hex')
    from json_to_recordset(${JSON.stringify(proofs)}::json)
      as r ("segmentId" uuid, "profileId" uuid, proof jsonb, "proofHash" text)
    where m.workspace_id = ${workspaceId}::uuid and m.segment_id = r."segmentId" and m.profile_id = r."profileId"
      and m.member and m.proof is null`,
  );
}

/** People who were asked about, and in which segments; null: all. */
export interface AskedAbout {
  readonly profileIds: readonly ProfileId[];
  readonly segmentIds: readonly SegmentId[] | null;
}

/**
 * Puts the timers of evaluated people right: wanted ones are set, all others of the same segments go. One that is due
 * before anybody looks again wakes whoever sleeps until the next.
 */
export async function writeTimers(
  tx: WorkspaceTransaction,
  { workspaceId, asked }: { readonly workspaceId: WorkspaceId; readonly asked: readonly AskedAbout[] },
  timers: readonly TimerDecision[],
): Promise<void> {
  if (asked.length === 0) return;
  const theirs = asked.map(({ profileIds, segmentIds }) => {
    const ofPeople = sql`t.profile_id = any(${profileIds}::uuid[])`;
    return segmentIds === null ? ofPeople : sql`(${ofPeople} and t.segment_id = any(${segmentIds}::uuid[]))`;
  });
  // None of the rows that go is one of those that are set.
  const gone = sql`
    delete from segment_timer t
    where t.workspace_id = ${workspaceId}::uuid and (${sql.join(theirs, sql` or `)})`;
  if (timers.length === 0) return void (await gone.execute(tx));
  await sendAlong(
    tx,
    sql`
    with wanted as materialized (
      select r."segmentId" as segment_id, r."profileId" as profile_id,
        'epoch'::timestamptz + r."dueAt" * interval '1 millisecond' as due_at
      from json_to_recordset(${JSON.stringify(timers)}::json) as r ("segmentId" uuid, "profileId" uuid, "dueAt" float8)
    ), gone as (
      ${gone} and not exists (
        select 1 from wanted where wanted.segment_id = t.segment_id and wanted.profile_id = t.profile_id)
    ), made as (
      insert into segment_timer as t (workspace_id, segment_id, profile_id, due_at)
      select ${workspaceId}::uuid, segment_id, profile_id, due_at from wanted
      on conflict (workspace_id, segment_id, profile_id) do update set due_at = excluded.due_at
      where t.due_at is distinct from excluded.due_at
      returning t.due_at)
    select pg_notify(${TIMER_CHANNEL}, '') from made
    where due_at < clock_timestamp() + ${TIMER_NEAR_MS} * interval '1 millisecond' limit 1`,
  );
}

/**
 * Has all rules asked about some people at once, after this transaction: each rule has a timer that is due. Whoever asks one
 * of them in the meantime puts back the timer of that one alone.
 */
export async function askAnew(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly ProfileId[],
): Promise<void> {
  if (profileIds.length === 0) return;
  await sql`
    with made as (
      insert into segment_timer as t (workspace_id, segment_id, profile_id, due_at)
      select ${workspaceId}::uuid, s.id, p.id, clock_timestamp()
      from unnest(${[...profileIds]}::uuid[]) as p (id), (
        select id from segment where workspace_id = ${workspaceId}::uuid and status = 'live' and kind <> 'list') as s
      on conflict (workspace_id, segment_id, profile_id) do update set due_at = least(t.due_at, excluded.due_at)
      returning 1)
    select pg_notify(${TIMER_CHANNEL}, '') from made limit 1`.execute(tx);
}

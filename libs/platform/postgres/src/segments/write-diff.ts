import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type EvaluationOutcome,
  type MembershipCause,
  type MembershipDiff,
  type ProfileId,
  type SegmentRule,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { binaryArray } from '../ingest/binary-array';
import { sendAlong } from '../send-along';
import { isThere } from './live-people';
import { writeBatch } from './write-changes';

interface Side {
  readonly workspaceId: WorkspaceId;
  readonly batchId: string;
  readonly rule: SegmentRule;
  readonly at: number;
  readonly ids: readonly ProfileId[];
  readonly member: boolean;
  readonly cause: MembershipCause;
}

const instantOf = ({ at }: Side) => sql`'epoch'::timestamptz + ${at}::float8 * interval '1 millisecond'`;

/**
 * For whom a row `w` enters: nobody who was merged away or suppressed, whom the column store may still know, and nobody
 * into a segment that was archived in the meantime.
 */
const mayEnter = ({ workspaceId, rule }: Side) => sql`
  ${isThere(workspaceId)} and exists (select 1 from segment
    where workspace_id = ${workspaceId}::uuid and id = ${rule.segmentId}::uuid and status <> 'archived')`;

/**
 * Whether nobody between the first and the last of these ever was in, and nobody else can bring somebody in before this
 * transaction ends: other steps of fills wait (`takeTurn`), and of segments that serve nobody yet, only lists are written by
 * others. The pointer stays where it is while the lock of pointers is held.
 */
async function isUntouched(tx: WorkspaceTransaction, { workspaceId, rule, ids }: Side): Promise<boolean> {
  const [some] = ids;
  if (some === undefined) return false;
  let [first, last] = [some, some];
  for (const id of ids) {
    if (id < first) first = id;
    if (id > last) last = id;
  }
  const among = (member: boolean) => sql`exists (
    select 1 from membership where workspace_id = ${workspaceId}::uuid and segment_id = ${rule.segmentId}::uuid
      and member = ${sql.lit(member)} and profile_id between ${first}::uuid and ${last}::uuid)`;
  const answer = await sql`
    select 1 from segment where workspace_id = ${workspaceId}::uuid and id = ${rule.segmentId}::uuid
      and live_version is null and kind <> 'list' and not ${among(true)} and not ${among(false)}`.execute(tx);
  return answer.rows.length > 0;
}

/**
 * Entries of people none of whom ever was in: nothing is looked up, and nothing handed back that is known before. In the
 * order of ids, in which most indexes keep them.
 */
async function writeFirst(tx: WorkspaceTransaction, side: Side): Promise<number> {
  const { workspaceId, batchId, rule, ids, cause } = side;
  const answer = await sql`
    with entering as materialized (
      select w.id from unnest(${binaryArray('uuid', ids)}::uuid[]) as w (id) where ${mayEnter(side)} order by 1
    ), logged as (
      insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind, change_version,
        segment_version, rule_hash, evaluated_at, cause)
      select ${workspaceId}::uuid, ${batchId}::uuid, ${rule.segmentId}::uuid, ${rule.key}, id, 'entered', 1,
        ${rule.version}::int, decode(${rule.ruleHash}, 'hex'), ${instantOf(side)}, ${cause}::text
      from entering
    )
    insert into membership (workspace_id, segment_id, profile_id, member, change_version, segment_version, entered_at, cause)
    select ${workspaceId}::uuid, ${rule.segmentId}::uuid, id, true, 1, ${rule.version}::int, ${instantOf(side)},
      ${cause}::text
    from entering`.execute(tx);
  return Number(answer.numAffectedRows ?? 0);
}

/**
 * One side of a difference in one statement: memberships and change log. What stands already as it should be is passed
 * over.
 */
async function writeSide(tx: WorkspaceTransaction, side: Side): Promise<number> {
  const { workspaceId, batchId, rule, ids, member, cause } = side;
  if (ids.length === 0) return 0;
  const instant = instantOf(side);
  const [entered, exited] = member ? [instant, sql`null::timestamptz`] : [sql`null::timestamptz`, instant];
  const answer = await sql<{ n: number }>`
    with written as (
      insert into membership as m (workspace_id, segment_id, profile_id, member, change_version, segment_version,
        entered_at, exited_at, cause, proof, proof_hash)
      select ${workspaceId}::uuid, ${rule.segmentId}::uuid, w.id, ${member}::boolean, 1, ${rule.version}::int,
        ${entered}, ${exited}, ${cause}::text, null, null
      from unnest(${binaryArray('uuid', ids)}::uuid[]) as w (id) ${member ? sql`where ${mayEnter(side)}` : sql``}
      order by w.id
      on conflict (workspace_id, segment_id, profile_id) do update set
        member = excluded.member, change_version = m.change_version + 1, segment_version = excluded.segment_version,
        entered_at = coalesce(excluded.entered_at, m.entered_at), exited_at = excluded.exited_at,
        cause = excluded.cause, proof = null, proof_hash = null, proof_version = null
      where m.member is distinct from excluded.member
      returning profile_id, change_version
    ), logged as (
      insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind, change_version,
        segment_version, rule_hash, evaluated_at, cause, proof_hash, event_id)
      select ${workspaceId}::uuid, ${batchId}::uuid, ${rule.segmentId}::uuid, ${rule.key}, profile_id,
        ${member ? 'entered' : 'exited'}, change_version, ${rule.version}::int, decode(${rule.ruleHash}, 'hex'),
        ${instant}, ${cause}::text, null, null
      from written returning 1
    )
    select count(*)::int as n from logged`.execute(tx);
  return answer.rows[0]?.n ?? 0;
}

/**
 * Has the steps of fills of one segment write one after the other: those of two versions of it may be under way at once.
 * Evaluations do not wait for it.
 */
async function takeTurn(
  tx: WorkspaceTransaction,
  { fence, rule }: Pick<MembershipDiff, 'fence' | 'rule'>,
): Promise<void> {
  const key = `fill:${fence.workspaceId}:${rule.segmentId}`;
  await sendAlong(tx, sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}

/**
 * Writes entries and exits of one segment that follow from an answer over everybody, with log, size, batch and outbox
 * row. Nothing is written, and no batch made, when everybody stands already as wanted. A step before the version serves
 * (`flip` is not set) is written in a plainer way where nobody of it ever was in, as in all of a first fill.
 *
 * Cost   one statement a side; people's rows are not taken: a caller sees to it that nobody evaluates the segment beside it
 */
export async function writeDiff(
  tx: WorkspaceTransaction,
  diff: Pick<MembershipDiff, 'fence' | 'rule' | 'entering' | 'leaving' | 'evaluatedAt' | 'flip' | 'cause'>,
): Promise<EvaluationOutcome> {
  const { rule, evaluatedAt: at, cause = 'edit' } = diff;
  const { workspaceId } = diff.fence;
  const batchId = batchIdSchema.parse(randomUUID());
  const shared = { workspaceId, batchId, rule, at, cause };
  if (!diff.flip) await takeTurn(tx, diff);
  const entering: Side = { ...shared, ids: diff.entering, member: true };
  const isFirst = !diff.flip && (await isUntouched(tx, entering));
  const entered = await (isFirst ? writeFirst : writeSide)(tx, entering);
  const exited = await writeSide(tx, { ...shared, ids: diff.leaving, member: false });
  if (entered + exited === 0) return { entered, exited, batchId: null };
  await writeBatch(tx, { workspaceId, batchId }, [
    { segment_id: rule.segmentId, kind: 'entered', n: entered },
    { segment_id: rule.segmentId, kind: 'exited', n: exited },
  ]);
  return { entered, exited, batchId };
}

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

/**
 * One side of a difference in one statement: memberships and change log. What stands already as it should be is passed
 * over, and nobody enters who was merged away or suppressed: the column store may still know them. Into a segment that
 * was archived in the meantime nobody enters.
 */
async function writeSide(tx: WorkspaceTransaction, side: Side): Promise<number> {
  const { workspaceId, batchId, rule, at, ids, member, cause } = side;
  if (ids.length === 0) return 0;
  const instant = sql`'epoch'::timestamptz + ${at}::float8 * interval '1 millisecond'`;
  const [entered, exited] = member ? [instant, sql`null::timestamptz`] : [sql`null::timestamptz`, instant];
  const present = sql`
    where ${isThere(workspaceId)} and exists (select 1 from segment
      where workspace_id = ${workspaceId}::uuid and id = ${rule.segmentId}::uuid and status <> 'archived')`;
  const answer = await sql<{ n: number }>`
    with written as (
      insert into membership as m (workspace_id, segment_id, profile_id, member, change_version, segment_version,
        entered_at, exited_at, cause, proof, proof_hash)
      select ${workspaceId}::uuid, ${rule.segmentId}::uuid, w.id, ${member}::boolean, 1, ${rule.version}::int,
        ${entered}, ${exited}, ${cause}::text, null, null
      from unnest(${binaryArray('uuid', ids)}::uuid[]) as w (id) ${member ? present : sql``}
      on conflict (workspace_id, segment_id, profile_id) do update set
        member = excluded.member, change_version = m.change_version + 1, segment_version = excluded.segment_version,
        entered_at = coalesce(excluded.entered_at, m.entered_at), exited_at = excluded.exited_at,
        cause = excluded.cause, proof = null, proof_hash = null
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
 * Writes entries and exits of one segment that follow from an answer over everybody, with log, size, batch and outbox
 * row. Nothing is written, and no batch made, when everybody stands already as wanted.
 *
 * Cost   one statement a side; people's rows are not taken: a caller sees to it that nobody evaluates the segment beside it
 */
export async function writeDiff(
  tx: WorkspaceTransaction,
  diff: Pick<MembershipDiff, 'fence' | 'rule' | 'entering' | 'leaving' | 'evaluatedAt' | 'cause'>,
): Promise<EvaluationOutcome> {
  const { rule, evaluatedAt: at, cause = 'edit' } = diff;
  const { workspaceId } = diff.fence;
  const batchId = batchIdSchema.parse(randomUUID());
  const shared = { workspaceId, batchId, rule, at, cause };
  const entered = await writeSide(tx, { ...shared, ids: diff.entering, member: true });
  const exited = await writeSide(tx, { ...shared, ids: diff.leaving, member: false });
  if (entered + exited === 0) return { entered, exited, batchId: null };
  await writeBatch(tx, { workspaceId, batchId }, [
    { segment_id: rule.segmentId, kind: 'entered', n: entered },
    { segment_id: rule.segmentId, kind: 'exited', n: exited },
  ]);
  return { entered, exited, batchId };
}

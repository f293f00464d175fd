import { sql } from 'kysely';
import type {
  EvaluationOutcome,
  Fence,
  LiveRules,
  MembershipDiff,
  ProfileId,
  RecordsNeeded,
  SegmentId,
  SegmentRule,
  SegmentStore,
  VersionToFill,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { saveCheckpoint } from '../runs/run-handler';
import { askCrowds, putCrowd } from './crowds';
import { editList } from './edit-list';
import { evaluateIn, lockPointers, touchedBy } from './evaluate-people';
import { changedSince, takeMark } from './fill-marks';
import { openPack, PACK_LEAD_MS, setTimers } from './fill-timers';
import { readPeople } from './read-people';
import { databaseNow, readLiveRules, readSegmentKeys } from './read-rules';
import { readRulesToServe } from './rules-to-serve';
import { accountsNamed, accountsOf, peopleOfAccount } from './read-related';
import { writeDiff } from './write-diff';

async function versionToFill(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { segmentId: SegmentId; version: number },
): Promise<VersionToFill | null> {
  const found = await sql<SegmentRule & { liveVersion: number | null; status: string; countedAt: number | null }>`
    select s.id as "segmentId", s.key, v.version, v.rule, encode(v.rule_hash, 'hex') as "ruleHash",
      s.live_version as "liveVersion", s.status, floor(extract(epoch from s.counted_at) * 1000)::float8 as "countedAt"
    from segment s join segment_version v on v.workspace_id = s.workspace_id and v.segment_id = s.id
    where s.workspace_id = ${workspaceId}::uuid and s.id = ${of.segmentId}::uuid and v.version = ${of.version}`.execute(
    tx,
  );
  const [row] = found.rows;
  if (row === undefined) return null;
  const { liveVersion, status, countedAt, ...rule } = row;
  return { rule, liveVersion, isArchived: status === 'archived', countedAt };
}

interface Standing {
  readonly liveVersion: number | null;
  readonly size: string;
}

/** The segment's row, taken: what serves and how many are in. */
async function standing(tx: WorkspaceTransaction, workspaceId: WorkspaceId, id: SegmentId): Promise<Standing | null> {
  const found = await sql<Standing>`select live_version as "liveVersion", size from segment
    where workspace_id = ${workspaceId}::uuid and id = ${id}::uuid for no key update`.execute(tx);
  return found.rows[0] ?? null;
}

/** Writes down when a version stopped serving, and how many were in then. */
async function retire(
  tx: WorkspaceTransaction,
  of: { readonly workspaceId: WorkspaceId; readonly rule: SegmentRule; readonly before: Standing },
): Promise<void> {
  await sql`update segment_version set retired_at = clock_timestamp(), size_at_end = ${of.before.size}
    where workspace_id = ${of.workspaceId}::uuid and segment_id = ${of.rule.segmentId}::uuid
      and version = ${of.before.liveVersion}`.execute(tx);
}

async function holdVersion(
  tx: WorkspaceTransaction,
  of: {
    readonly fence: Fence;
    readonly rule: SegmentRule;
    readonly change: { readonly leaving: number; readonly members: number };
  },
): Promise<void> {
  await holdFence(tx, of.fence);
  await sql`update segment_version
    set held = jsonb_build_object('leaving', ${of.change.leaving}::int, 'members', ${of.change.members}::int,
      'at', floor(extract(epoch from clock_timestamp()) * 1000))
    where workspace_id = ${of.fence.workspaceId}::uuid and segment_id = ${of.rule.segmentId}::uuid
      and version = ${of.rule.version} and discarded_at is null`.execute(tx);
}

/** Entries, exits and, with `flip`, the pointer: readers see the old version whole or the new one whole. */
async function applyIn(tx: WorkspaceTransaction, diff: MembershipDiff): Promise<EvaluationOutcome> {
  const { fence, rule, flip } = diff;
  const { workspaceId } = fence;
  await holdFence(tx, fence);
  // Nobody evaluates the segment beside this: before it serves no evaluation does, and with the pointer all wait.
  await lockPointers(tx, workspaceId, flip);
  const before = flip ? await standing(tx, workspaceId, rule.segmentId) : null;
  if (flip && diff.admits !== undefined) diff.admits(await readLiveRules(tx, workspaceId));
  const outcome = await writeDiff(tx, diff);
  if (flip) {
    if (before !== null && before.liveVersion !== rule.version) await retire(tx, { workspaceId, rule, before });
    // A proof that is kept stays one of the version that it was worked out by.
    await sql`update membership set segment_version = ${rule.version},
        proof_version = case when proof is not null then coalesce(proof_version, segment_version) end
      where workspace_id = ${workspaceId}::uuid and segment_id = ${rule.segmentId}::uuid and member
        and segment_version <> ${rule.version}`.execute(tx);
    await sql`update segment_version set published_at = coalesce(published_at, now()), retired_at = null, size_at_end = null, held = null
      where workspace_id = ${workspaceId}::uuid and segment_id = ${rule.segmentId}::uuid and version = ${rule.version}`.execute(
      tx,
    );
    await sql`update segment set live_version = ${rule.version}, status = 'live',
        counted_at = 'epoch'::timestamptz + ${diff.evaluatedAt}::float8 * interval '1 millisecond'
      where workspace_id = ${workspaceId}::uuid and id = ${rule.segmentId}::uuid and status <> 'archived'`.execute(tx);
  }
  return outcome;
}

/** Timers of all workspaces, as the relay's role sees them: ids and instants. */
function timers(database: Database): Pick<SegmentStore, 'dueTimers' | 'nextTimerMs'> {
  return {
    async dueTimers(limit) {
      const packed = await sql<{ workspaceId: WorkspaceId }>`
        select distinct workspace_id as "workspaceId" from segment_timer_pack
        where first_due_at <= now() + ${PACK_LEAD_MS} * interval '1 millisecond'`.execute(database.relay);
      for (const { workspaceId } of packed.rows)
        await database.inWorkspace(workspaceId, (tx) => openPack(tx, workspaceId));
      const due = await sql<{ workspaceId: WorkspaceId; profileId: ProfileId }>`
        select workspace_id as "workspaceId", profile_id as "profileId" from (
          select workspace_id, profile_id, due_at from segment_timer
          where due_at <= now() order by due_at limit ${limit}) as due
        group by 1, 2 order by min(due_at)`.execute(database.relay);
      return due.rows;
    },
    async nextTimerMs() {
      const answer = await sql<{ ms: number | null }>`
        select (extract(epoch from least(
          (select min(due_at) from segment_timer),
          (select min(first_due_at) from segment_timer_pack) - ${PACK_LEAD_MS} * interval '1 millisecond'
        ) - now()) * 1000)::float8 as ms`.execute(database.relay);
      const ms = answer.rows[0]?.ms ?? null;
      return ms === null ? null : Math.max(0, Math.ceil(ms));
    },
  };
}

/** What back-fills and walks over everybody need. */
function fills(
  database: Database,
): Pick<
  SegmentStore,
  | 'versionToFill'
  | 'membersOf'
  | 'profilesAfter'
  | 'suppressed'
  | 'applyDiff'
  | 'hold'
  | 'editList'
  | 'mark'
  | 'changedSince'
  | 'setTimers'
  | 'saveCheckpoint'
> {
  return {
    versionToFill: (workspaceId, segmentId, version) =>
      database.inWorkspace(workspaceId, (tx) => versionToFill(tx, workspaceId, { segmentId, version })),
    membersOf: (workspaceId, segmentId) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const found = await sql<{ id: ProfileId }>`
          select profile_id as id from membership
          where workspace_id = ${workspaceId}::uuid and segment_id = ${segmentId}::uuid and member order by profile_id`.execute(
          tx,
        );
        return found.rows.map(({ id }) => id);
      }),
    profilesAfter: (workspaceId, after, limit) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const found = await sql<{ id: ProfileId }>`
          select id from profile where workspace_id = ${workspaceId}::uuid and merged_into is null and suppressed_at is null
            ${after === null ? sql`` : sql`and id > ${after}::uuid`} order by id limit ${limit}`.execute(tx);
        return found.rows.map(({ id }) => id);
      }),
    suppressed: (workspaceId, limit) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const found = await sql<{ id: ProfileId }>`
          select id from profile
          where workspace_id = ${workspaceId}::uuid and suppressed_at is not null and merged_into is null
          order by id limit ${limit}`.execute(tx);
        return found.rows.map(({ id }) => id);
      }),
    mark: (workspaceId) => database.inWorkspace(workspaceId, (tx) => takeMark(tx, workspaceId)),
    changedSince: (workspaceId, asked) =>
      database.inWorkspace(workspaceId, (tx) => changedSince(tx, workspaceId, asked)),
    setTimers: (timers) => database.inWorkspace(timers.workspaceId, (tx) => setTimers(tx, timers)),
    applyDiff: (diff) => database.inWorkspace(diff.fence.workspaceId, (tx) => applyIn(tx, diff)),
    editList: (workspaceId, edit) => database.inWorkspace(workspaceId, (tx) => editList(tx, workspaceId, edit)),
    hold: (fence, rule, change) =>
      database.inWorkspace(fence.workspaceId, (tx) => holdVersion(tx, { fence, rule, change })),
    saveCheckpoint: (fence, checkpoint) =>
      database.inWorkspace(fence.workspaceId, (tx) => saveCheckpoint(tx, fence, checkpoint)),
  };
}

const HOT = { keepPlans: true } as const;

/** Memberships in PostgreSQL. See the port for what a caller may rely on. */
export function segmentStore(database: Database): SegmentStore {
  return {
    ...timers(database),
    ...fills(database),
    touchedBy: (workspaceId, batchIds) =>
      database.inWorkspace(workspaceId, (tx) => touchedBy(tx, workspaceId, batchIds), HOT),
    accountsNamed: (workspaceId, batchIds, needs) =>
      database.inWorkspace(workspaceId, (tx) => accountsNamed(tx, workspaceId, { batchIds, needs })),
    accountsOf: (workspaceId, profileIds) =>
      database.inWorkspace(workspaceId, (tx) => accountsOf(tx, workspaceId, profileIds)),
    peopleOfAccount: (workspaceId, accountId, page) =>
      database.inWorkspace(workspaceId, (tx) => peopleOfAccount(tx, workspaceId, { accountId, ...page })),
    askCrowd: (workspaceId, crowd) => database.inWorkspace(workspaceId, (tx) => askCrowds(tx, workspaceId, [crowd])),
    putCrowd: (fence, accountId, counts) =>
      database.inWorkspace(fence.workspaceId, (tx) => putCrowd(tx, fence, { accountId, counts })),
    evaluate: (request, evaluator) =>
      database.inWorkspace(request.workspaceId, (tx) => evaluateIn(tx, request, evaluator), HOT),
    segmentKeys: (workspaceId) => database.inWorkspace(workspaceId, (tx) => readSegmentKeys(tx, workspaceId)),
    liveRules: (workspaceId) => database.inWorkspace(workspaceId, (tx) => readLiveRules(tx, workspaceId)),
    rulesToServe: (workspaceId) => database.inWorkspace(workspaceId, (tx) => readRulesToServe(tx, workspaceId)),
    read: (workspaceId, profileIds, needs: (rules: LiveRules) => RecordsNeeded) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const rules = await readLiveRules(tx, workspaceId);
          const people = await readPeople(tx, { workspaceId, profileIds }, needs(rules));
          return { now: await databaseNow(tx), rules, people };
        },
        { readOnly: true, isolation: 'repeatable read' },
      ),
  };
}

import { sql } from 'kysely';
import {
  profileIdSchema,
  segmentIdSchema,
  workspaceIdSchema,
  type MemberStateName,
  type ProfileId,
  type SyncId,
  type SyncTransaction,
  type TrackedChange,
} from '@kohort/kernel-contracts';
import { refusedPeople } from '../privacy/refused-people';
import { readDeltas } from './delta-rows';
import {
  memberColumns,
  readMembers,
  toMember,
  writeMembers,
  writeRecords,
  type LedgerScope,
  type MemberRow,
} from './member-rows';
import { cancelHeld, heldRun, openRun, otherRunning, readCheckpoint, writeRun } from './run-rows';
import { lockSyncs, readDestination } from './sync-rows';

interface ChangeRow {
  segment_id: string;
  profile_id: string;
  member: boolean;
  change_version: string;
}

function toChange(row: ChangeRow): TrackedChange {
  return {
    segmentId: segmentIdSchema.parse(row.segment_id),
    profileId: profileIdSchema.parse(row.profile_id),
    member: row.member,
    changeVersion: Number(row.change_version),
  };
}

type Ledger = Pick<
  SyncTransaction,
  'claimable' | 'membersInState' | 'counts' | 'guardCounts' | 'nextDue' | 'memberships' | 'changesOfBatches'
>;

function ledgerReads({ tx, workspaceId }: LedgerScope): Ledger {
  return {
    async changesOfBatches(batchIds) {
      // A batch lies in the log where its transaction wrote, which may have written others too; `offset 0` keeps to that.
      const { rows } = await sql<ChangeRow>`
        select c.segment_id, c.profile_id, c.kind = 'entered' as member, c.change_version
        from batch b cross join lateral (
          select segment_id, profile_id, kind, change_version, batch_id from membership_change
          where workspace_id = ${workspaceId} and xid = b.xid offset 0) as c
        where b.workspace_id = ${workspaceId} and b.id = any(${batchIds}::uuid[]) and c.batch_id = b.id
        order by c.segment_id, c.profile_id, c.change_version`.execute(tx);
      return rows.map(toChange);
    },
    async memberships(syncId, after, limit) {
      // Those who are in and those who were lie apart, each in the order of ids.
      const side = (member: boolean) => sql`
        select segment_id, profile_id, member, change_version from membership
        where workspace_id = ${workspaceId} and member = ${member}::boolean and segment_id = (
          select segment_id from sync where workspace_id = ${workspaceId} and id = ${syncId})
          ${after === null ? sql`` : sql`and profile_id > ${after}::uuid`}
        order by profile_id limit ${limit}`;
      const { rows } = await sql<ChangeRow>`
        select * from ((${side(true)}) union all (${side(false)})) as known order by profile_id limit ${limit}`.execute(
        tx,
      );
      return rows.map(toChange);
    },
    async claimable(syncId, now, limit) {
      const { rows } = await sql<MemberRow>`
        select ${memberColumns} from sync_member
        where workspace_id = ${workspaceId} and sync_id = ${syncId} and state in ('owed', 'unknown')
          and next_at <= ${new Date(now).toISOString()}::timestamptz
        order by desired, attempts, next_at, profile_id limit ${limit} for update`.execute(tx);
      const operation = rows[0]?.desired;
      return rows.filter((row) => row.desired === operation).map(toMember);
    },
    async membersInState(
      syncId: SyncId,
      states: readonly MemberStateName[],
      page: { after: ProfileId | null; limit: number },
    ) {
      const { rows } = await sql<MemberRow>`
        select ${memberColumns} from sync_member
        where workspace_id = ${workspaceId} and sync_id = ${syncId} and state = any(${[...states]}::text[])
          and (${page.after}::uuid is null or profile_id > ${page.after}::uuid)
        order by profile_id limit ${page.limit} for update`.execute(tx);
      return rows.map(toMember);
    },
    async counts(syncId) {
      const { rows } = await sql<{ held: string; adds: string; removals: string }>`
        select count(*) filter (where acked is not false) as held,
               count(*) filter (where desired and acked is not true) as adds,
               count(*) filter (where not desired and acked is not false) as removals
        from sync_member where workspace_id = ${workspaceId} and sync_id = ${syncId}`.execute(tx);
      const row = rows[0];
      return {
        held: Number(row?.held ?? 0),
        owedAdds: Number(row?.adds ?? 0),
        owedRemovals: Number(row?.removals ?? 0),
      };
    },
    async guardCounts(syncId) {
      const { rows } = await sql<{ held: string; adds: string; removals: string }>`
        with owed as (
          select count(*) filter (where desired and acked is not true) as adds,
                 count(*) filter (where not desired and acked is not false and member is not true and not exists (
                   select 1 from profile p where p.workspace_id = m.workspace_id and p.id = m.profile_id
                     and p.suppressed_at is not null)) as removals
          from sync_member m where workspace_id = ${workspaceId} and sync_id = ${syncId} and state <> 'clean')
        select adds, removals, (select count(*) from (
            select 1 from sync_member where workspace_id = ${workspaceId} and sync_id = ${syncId} and acked is not false
            limit (select 4 * removals + 1 from owed)) held_rows) as held
        from owed`.execute(tx);
      const row = rows[0];
      return {
        held: Number(row?.held ?? 0),
        owedAdds: Number(row?.adds ?? 0),
        owedRemovals: Number(row?.removals ?? 0),
      };
    },
    async nextDue(syncId) {
      const { rows } = await sql<{ due: Date | null }>`
        select min(next_at) as due from sync_member
        where workspace_id = ${workspaceId} and sync_id = ${syncId} and state in ('owed', 'unknown')`.execute(tx);
      return rows[0]?.due?.getTime() ?? null;
    },
  };
}

/** The ledger inside one transaction. */
export function syncTransaction(scope: LedgerScope): SyncTransaction {
  const { tx, workspaceId } = scope;
  return {
    ...ledgerReads(scope),
    syncsOfSegments: (ids) => (ids.length === 0 ? Promise.resolve([]) : lockSyncs(scope, { by: 'segments', ids })),
    allSyncs: () => lockSyncs(scope, { by: 'workspace' }),
    refusedPeople: ({ purposes }, profileIds) =>
      refusedPeople(tx, workspaceIdSchema.parse(workspaceId), { profileIds, purposes }),
    async takeConsentChanges(batchId, limit) {
      const { rows } = await sql<{ id: string }>`
        delete from consent_change where workspace_id = ${workspaceId} and batch_id = ${batchId} and profile_id in (
          select profile_id from consent_change where workspace_id = ${workspaceId} and batch_id = ${batchId}
          order by profile_id limit ${limit} for update)
        returning profile_id as id`.execute(tx);
      return rows.map(({ id }) => profileIdSchema.parse(id)).sort();
    },
    syncsOfDestination: (id) => lockSyncs(scope, { by: 'destination', id }),
    lockSync: async (id) => (await lockSyncs(scope, { by: 'id', id }))[0] ?? null,
    destination: (id) => readDestination(scope, id),
    members: (syncId, profileIds) => readMembers(scope, syncId, profileIds),
    saveMembers: (syncId, states, now) => writeMembers(scope, syncId, { states, now }),
    deltas: (sync, states, traitKeys) => readDeltas(scope, sync, { states, traitKeys }),
    saveVerdicts: (runId, verdicts) => writeRecords(scope, runId, verdicts),
    saveRun: (run, progress) => writeRun(scope, run, progress),
    checkpoint: (runId) => readCheckpoint(scope, runId),
    async saveCheckpoint(runId, checkpoint) {
      await tx
        .updateTable('run')
        .set({ checkpoint: JSON.stringify(checkpoint) })
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', runId)
        .execute();
    },
    async cancelRequested(runId) {
      const row = await tx
        .selectFrom('run')
        .select('cancel_requested')
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', runId)
        .executeTakeFirst();
      return row?.cancel_requested === true;
    },
    otherRunning: (syncId, except) => otherRunning(scope, syncId, except),
    async wasCompared(syncId) {
      const { rows } = await sql<{ compared: boolean }>`
        select exists (select 1 from sync_run s join run r on r.workspace_id = s.workspace_id and r.id = s.id
          where s.workspace_id = ${workspaceId} and s.sync_id = ${syncId}
            and r.checkpoint ->> 'compared' = 'true') as compared`.execute(tx);
      return rows[0]?.compared === true;
    },
    async pauseDestination(destinationId, paused) {
      await tx
        .updateTable('destination')
        .set({ paused })
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', destinationId)
        .execute();
    },
    cancelHeld: (syncId, except, now) => cancelHeld(scope, syncId, { except, now }),
    heldRun: (runId) => heldRun(scope, runId),
    openRun: (syncId, options, now) => openRun(scope, syncId, { options, now }),
  };
}

import { sql } from 'kysely';
import { z } from 'zod';
import { profileIdSchema, type MemberState, type MemberVerdict, type ProfileId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** One workspace's transaction. */
export interface LedgerScope {
  readonly tx: WorkspaceTransaction;
  readonly workspaceId: string;
}

const stateName = z.enum(['clean', 'owed', 'sending', 'unknown', 'rejected', 'parked', 'held']);

/** A row of table sync_member, as pg gives it. */
export interface MemberRow {
  profile_id: string;
  state: string;
  member: boolean | null;
  member_version: string | null;
  turned_at: Date | null;
  desired: boolean;
  desired_version: string;
  acked: boolean | null;
  acked_version: string | null;
  fence: string | null;
  attempts: number;
  next_at: Date;
  owed_since: Date | null;
  fingerprint: Buffer | null;
  last_code: string | null;
}

/** The columns of a member, in the order of MemberRow. */
export const memberColumns = sql.raw(
  'profile_id, state, member, member_version, turned_at, desired, desired_version, acked, acked_version, fence, attempts, next_at, owed_since, fingerprint, last_code',
);

/** A row as the domain sees it. */
export function toMember(row: MemberRow): MemberState {
  return {
    profileId: profileIdSchema.parse(row.profile_id),
    state: stateName.parse(row.state),
    member: row.member ?? row.desired,
    memberVersion: Number(row.member_version ?? row.desired_version),
    desired: row.desired,
    desiredVersion: Number(row.desired_version),
    turnedAt: row.turned_at === null ? null : row.turned_at.getTime(),
    acked: row.acked,
    ackedVersion: row.acked_version === null ? null : Number(row.acked_version),
    fence: row.fence === null ? null : Number(row.fence),
    attempts: row.attempts,
    nextAt: row.next_at.getTime(),
    owedSince: row.owed_since === null ? null : row.owed_since.getTime(),
    fingerprint: row.fingerprint === null ? null : row.fingerprint.toString('hex'),
    lastCode: row.last_code,
  };
}

const iso = (epochMs: number | null): string | null => (epochMs === null ? null : new Date(epochMs).toISOString());

/** Members of these profiles; in order of id, so that rows are always locked in one order. */
export async function readMembers(
  { tx, workspaceId }: LedgerScope,
  syncId: string,
  profileIds: readonly ProfileId[],
): Promise<ReadonlyMap<ProfileId, MemberState>> {
  if (profileIds.length === 0) return new Map();
  const { rows } = await sql<MemberRow>`
    select ${memberColumns} from sync_member
    where workspace_id = ${workspaceId} and sync_id = ${syncId} and profile_id = any(${[...profileIds]}::uuid[])
    order by profile_id for update`.execute(tx);
  return new Map(rows.map(toMember).map((state) => [state.profileId, state]));
}

/** Writes members, new or known, in one statement. */
export async function writeMembers(
  { tx, workspaceId }: LedgerScope,
  syncId: string,
  page: { readonly states: readonly MemberState[]; readonly now: number },
): Promise<void> {
  if (page.states.length === 0) return;
  const rows = page.states.map((state) => ({
    profile_id: state.profileId,
    state: state.state,
    member: state.member,
    member_version: state.memberVersion,
    turned_at: iso(state.turnedAt),
    desired: state.desired,
    desired_version: state.desiredVersion,
    acked: state.acked,
    acked_version: state.ackedVersion,
    fence: state.fence,
    attempts: state.attempts,
    next_at: iso(state.nextAt),
    owed_since: iso(state.owedSince),
    fingerprint: state.fingerprint,
    last_code: state.lastCode,
  }));
  await sql`
    insert into sync_member (workspace_id, sync_id, profile_id, state, member, member_version, turned_at, desired, desired_version, acked, acked_version,
                             fence, attempts, next_at, owed_since, fingerprint, last_code, updated_at)
    select ${workspaceId}, ${syncId}, r.profile_id, r.state, r.member, r.member_version, r.turned_at, r.desired, r.desired_version, r.acked, r.acked_version,
           r.fence, r.attempts, r.next_at, r.owed_since, decode(r.fingerprint, 'hex'), r.last_code, ${iso(page.now)}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
      profile_id uuid, state text, member boolean, member_version bigint, turned_at timestamptz, desired boolean, desired_version bigint, acked boolean, acked_version bigint,
      fence bigint, attempts int, next_at timestamptz, owed_since timestamptz, fingerprint text, last_code text)
    on conflict (workspace_id, sync_id, profile_id) do update set
      state = excluded.state, member = excluded.member, member_version = excluded.member_version,
      turned_at = excluded.turned_at, desired = excluded.desired, desired_version = excluded.desired_version,
      acked = excluded.acked, acked_version = excluded.acked_version, fence = excluded.fence,
      attempts = excluded.attempts, next_at = excluded.next_at, owed_since = excluded.owed_since,
      fingerprint = excluded.fingerprint, last_code = excluded.last_code, updated_at = excluded.updated_at`.execute(tx);
}

/** A verdict `retry` is a fate still pending; the rest have the verdict's name. */
export async function writeRecords(
  { tx, workspaceId }: LedgerScope,
  runId: string,
  verdicts: readonly MemberVerdict[],
): Promise<void> {
  if (verdicts.length === 0) return;
  const rows = verdicts.map((verdict) => ({
    profile_id: verdict.profileId,
    operation: verdict.operation,
    change_version: verdict.changeVersion,
    fate: verdict.fate === 'retry' ? 'pending' : verdict.fate,
    code: verdict.code,
    message: verdict.message,
  }));
  await sql`
    insert into sync_record (workspace_id, run_id, profile_id, operation, change_version, fate, code, message)
    select ${workspaceId}, ${runId}, r.profile_id, r.operation, r.change_version, r.fate, r.code, r.message
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
      profile_id uuid, operation text, change_version bigint, fate text, code text, message text)
    on conflict (workspace_id, run_id, profile_id) do update set
      operation = excluded.operation, change_version = excluded.change_version, fate = excluded.fate,
      code = excluded.code, message = excluded.message, recorded_at = now()`.execute(tx);
}

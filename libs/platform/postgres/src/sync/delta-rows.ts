import { sql } from 'kysely';
import { z } from 'zod';
import type { Json, MemberState, MembershipDelta, ProfileId, SyncRecord } from '@kohort/kernel-contracts';
import type { LedgerScope } from './member-rows';

interface Known {
  readonly identifiers: Map<string, Record<string, string[]>>;
  readonly traits: Map<string, Record<string, Json>>;
  readonly changedAt: Map<string, number>;
}

async function readKnown(
  { tx, workspaceId }: LedgerScope,
  sync: SyncRecord,
  wanted: { readonly states: readonly MemberState[]; readonly traitKeys: readonly string[] },
): Promise<Known> {
  const ids = wanted.states.map((state) => state.profileId);
  const known: Known = { identifiers: new Map(), traits: new Map(), changedAt: new Map() };
  const found = await sql<{ profile_id: string; type: string; value: string }>`
    select profile_id, type, value from identifier
    where workspace_id = ${workspaceId} and profile_id = any(${ids}::uuid[])
    order by profile_id, type, first_seen_at, value`.execute(tx);
  for (const row of found.rows) {
    const of = known.identifiers.get(row.profile_id) ?? {};
    (of[row.type] ??= []).push(row.value);
    known.identifiers.set(row.profile_id, of);
  }
  // When the change happened, of the very version that is sent: a repeat says the same instant.
  const instants = await sql<{ profile_id: string; at: Date }>`
    select r.profile_id, coalesce(r.turned_at, c.evaluated_at, m.entered_at, m.exited_at, to_timestamp(0)) as at
    from jsonb_to_recordset(${JSON.stringify(
      wanted.states.map(({ profileId, memberVersion, turnedAt }) => ({
        profile_id: profileId,
        version: memberVersion,
        turned_at: turnedAt === null ? null : new Date(turnedAt).toISOString(),
      })),
    )}::jsonb) as r(profile_id uuid, version bigint, turned_at timestamptz)
    left join membership_change c on c.workspace_id = ${workspaceId} and c.segment_id = ${sync.segment.id}
      and c.profile_id = r.profile_id and c.change_version = r.version
    left join membership m on m.workspace_id = ${workspaceId} and m.segment_id = ${sync.segment.id}
      and m.profile_id = r.profile_id`.execute(tx);
  for (const row of instants.rows) known.changedAt.set(row.profile_id, row.at.getTime());
  if (wanted.traitKeys.length === 0) return known;
  const traits = await sql<{ profile_id: string; key: string; value: unknown }>`
    select distinct on (profile_id, key) profile_id, key, value
    from (select profile_id, key, valid_from, message_id, min(value::text)::jsonb as value from trait_value
          where workspace_id = ${workspaceId} and profile_id = any(${ids}::uuid[]) and key = any(${[...wanted.traitKeys]}::text[])
          group by profile_id, key, valid_from, message_id having sum(sign) > 0) live
    order by profile_id, key, valid_from desc, message_id desc`.execute(tx);
  for (const row of traits.rows) {
    if (row.value === null) continue;
    const of = known.traits.get(row.profile_id) ?? {};
    of[row.key] = z.json().parse(row.value);
    known.traits.set(row.profile_id, of);
  }
  return known;
}

/** What must be brought to the destination for these members, with the identifiers and traits that are asked for. */
export async function readDeltas(
  scope: LedgerScope,
  sync: SyncRecord,
  wanted: { readonly states: readonly MemberState[]; readonly traitKeys: readonly string[] },
): Promise<readonly MembershipDelta[]> {
  if (wanted.states.length === 0) return [];
  const known = await readKnown(scope, sync, wanted);
  const of = (profileId: ProfileId): Pick<MembershipDelta, 'identifiers' | 'traits' | 'changedAt'> => ({
    identifiers: known.identifiers.get(profileId) ?? {},
    traits: known.traits.get(profileId) ?? {},
    changedAt: known.changedAt.get(profileId) ?? 0,
  });
  return wanted.states.map((state) => ({
    profileId: state.profileId,
    operation: state.desired ? 'add' : 'remove',
    changeVersion: state.desiredVersion,
    before: state.acked,
    ...of(state.profileId),
  }));
}

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { WorkspaceTransaction } from '@kohort/platform-postgres';
import type { SeededWorld } from './seed-world';

/** A minute of the first day of the year. */
export const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

/** Three people with identifiers, traits, features and scores. */
export async function people(tx: WorkspaceTransaction, world: SeededWorld): Promise<void> {
  const { workspaceId: workspace_id, mark } = world;
  const [ada, bob, cy] = world.people;
  await tx
    .insertInto('profile')
    .values(
      world.people.map((id, i) => ({
        workspace_id,
        id,
        canonical_id: `${mark}-${i}`,
        merged_into: null,
        first_seen_at: at(0),
        last_seen_at: at(i),
      })),
    )
    .execute();
  await tx
    .insertInto('identifier')
    .values([
      { workspace_id, type: 'email', value: `${mark}@example.org`, profile_id: ada, first_seen_at: at(0) },
      { workspace_id, type: 'user_id', value: `${mark}-0`, profile_id: ada, first_seen_at: at(0) },
      { workspace_id, type: 'user_id', value: `${mark}-1`, profile_id: bob, first_seen_at: at(0) },
    ])
    .execute();
  const trait = { workspace_id, profile_id: ada, kind: 'custom', event_id: null };
  await tx
    .insertInto('trait_value')
    .values([
      { ...trait, key: 'plan', valid_from: at(1), message_id: 'a', value: JSON.stringify('free') },
      { ...trait, key: 'plan', valid_from: at(2), message_id: 'a', value: JSON.stringify('lost') },
      { ...trait, key: 'plan', valid_from: at(2), message_id: 'b', value: JSON.stringify('pro') },
      { ...trait, key: 'gone', valid_from: at(1), message_id: 'a', value: JSON.stringify(1) },
      { ...trait, key: 'gone', valid_from: at(2), message_id: 'b', value: 'null' },
      { ...trait, key: 'undone', valid_from: at(1), message_id: 'a', value: JSON.stringify(1) },
      { ...trait, key: 'undone', valid_from: at(1), message_id: 'a', value: JSON.stringify(1), sign: -1 },
      { ...trait, key: 'city', valid_from: at(1), message_id: 'a', value: JSON.stringify(mark) },
    ])
    .execute();
  await tx
    .insertInto('profile_feature')
    .values({
      workspace_id,
      profile_id: ada,
      definition_version: 1,
      as_of: at(3),
      feature_values: JSON.stringify({ recency: 2, mark }),
    })
    .execute();
  await tx
    .insertInto('score')
    .values(
      [ada, cy].map((profile_id) => ({
        workspace_id,
        model_id: world.modelId,
        profile_id,
        version: 1,
        as_of: at(3),
        probability: null,
        percentile: null,
        cluster_key: 'loyal',
        distance: 0.25,
        confidence: 0.75,
      })),
    )
    .execute();
}

/** An account with a trait, to which the first two of them belong. */
export async function account(tx: WorkspaceTransaction, world: SeededWorld): Promise<void> {
  const { workspaceId, mark } = world;
  const [ada, bob] = world.people;
  const group = `${mark}-co`;
  const id = sql`account_id(${workspaceId}::uuid, ${group}::text)`;
  await sql`insert into profile (workspace_id, id, canonical_id, kind, first_seen_at, last_seen_at)
    values (${workspaceId}, ${id}, ${group}, 'account', ${at(0)}, ${at(0)})`.execute(tx);
  await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value) values
    (${workspaceId}, ${id}, '$account', ${at(0)}, '', 'custom', to_jsonb(${group}::text)),
    (${workspaceId}, ${id}, 'tier', ${at(1)}, 'g1', 'custom', to_jsonb(${mark}::text)),
    (${workspaceId}, ${ada}, '$group', ${at(1)}, 'g1', 'custom', to_jsonb(${group}::text)),
    (${workspaceId}, ${ada}, '$group', ${at(3)}, 'g2', 'custom', to_jsonb(${group}::text)),
    (${workspaceId}, ${bob}, '$group', ${at(2)}, 'g3', 'custom', to_jsonb(${group}::text))`.execute(tx);
}

/** Their events, one of them taken back. */
export async function events(tx: WorkspaceTransaction, world: SeededWorld): Promise<void> {
  const { workspaceId: workspace_id, sourceId: source_id, mark } = world;
  const batch_id = randomUUID();
  await tx.insertInto('batch').values({ workspace_id, id: batch_id, kind: 'events', row_count: 5 }).execute();
  for (const [i, id] of world.eventIds.entries()) {
    const received_at = at(i);
    await tx
      .insertInto('event')
      .values({
        ...{ workspace_id, id, received_at, batch_id, source_id, message_id: `m${i}`, type: 'track' },
        ...{ name: `${mark} ${i}`, user_id: `${mark}-0`, anonymous_id: null, previous_id: null, group_id: null },
        ...{ ts: at(10 - Math.floor(i / 2)), properties: JSON.stringify({ i }) },
      })
      .execute();
    const row = { workspace_id, event_id: id, profile_id: world.people[0], batch_id, received_at };
    const ts = at(10 - Math.floor(i / 2));
    await tx
      .insertInto('event_assignment')
      .values({ ...row, ts, sign: 1 })
      .execute();
    // The last event was taken back (unmerge): it is no part of her history.
    if (i === world.eventIds.length - 1)
      await tx
        .insertInto('event_assignment')
        .values({ ...row, ts, sign: -1 })
        .execute();
  }
}

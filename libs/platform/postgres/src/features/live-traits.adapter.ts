import { sql } from 'kysely';
import type {
  FeatureRow,
  LiveTraitsNeed,
  LiveTraitStore,
  PersonEvent,
  ProfileId,
  TouchedPerson,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';

/** People of one transaction: it holds them, and reads all that a trait may look at. */
const AT_ONCE = 200;

type Touched = Pick<TouchedPerson, 'profileId' | 'names'>;

/** Whom batches touched, by events that count for a trait. A row of a merge names the event that it moves. */
async function touchedBy(
  tx: WorkspaceTransaction,
  { workspaceId, batchIds, names }: LiveTraitsNeed,
): Promise<readonly Touched[]> {
  const found = await sql<Touched>`
    select profile_id as "profileId",
      case when bool_or(event_name is null) then null else array_agg(distinct event_name) end as names
    from event_assignment
    where workspace_id = ${workspaceId}::uuid and batch_id = any(${batchIds}::uuid[])
      and (event_name is null or (event_name <> '' and (${names === null} or event_name = any(${names ?? []}::text[]))))
    group by profile_id order by profile_id`.execute(tx);
  return found.rows;
}

/**
 * Holds people, in the order of their ids; answers who is there, is nobody else now and may be profiled, and the
 * instant from then on.
 */
async function hold(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  ids: readonly ProfileId[],
): Promise<{ readonly held: ReadonlySet<string>; readonly asOf: number }> {
  const found = await sql<{ id: string }>`
    select id from profile
    where workspace_id = ${workspaceId}::uuid and id = any(${ids}::uuid[])
      and merged_into is null and suppressed_at is null
    order by id for no key update`.execute(tx);
  const clock = await sql<{ ms: number }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(tx);
  return { held: new Set(found.rows.map(({ id }) => id)), asOf: clock.rows[0]?.ms ?? 0 };
}

type EventOfPerson = PersonEvent & { readonly profileId: ProfileId };

async function eventsOf(
  tx: WorkspaceTransaction,
  { workspaceId, names, propertiesOf }: LiveTraitsNeed,
  of: { readonly ids: readonly ProfileId[]; readonly asOf: number },
): Promise<ReadonlyMap<ProfileId, readonly PersonEvent[]>> {
  const { rows } = await sql<EventOfPerson>`
    with live as materialized (
      select profile_id, event_id, received_at, ts from event_assignment
      where workspace_id = ${workspaceId}::uuid and profile_id = any(${of.ids}::uuid[])
        and ts < ${new Date(of.asOf + 1)}::timestamptz
        and (event_name is null or (event_name <> '' and (${names === null} or event_name = any(${names ?? []}::text[]))))
      group by profile_id, event_id, received_at, ts having sum(sign) > 0)
    select live.profile_id as "profileId", live.event_id as "eventId", e.name,
      floor(extract(epoch from live.ts) * 1000)::float8 as ts,
      case when ${propertiesOf === null} or e.name = any(${propertiesOf ?? []}::text[]) then e.properties
        else '{}'::jsonb end as properties
    from live cross join lateral (
      select name, properties from event
      where workspace_id = ${workspaceId}::uuid and id = live.event_id and received_at = live.received_at
      offset 0) as e
    where e.name is not null`.execute(tx);
  const byPerson = new Map<ProfileId, PersonEvent[]>();
  for (const { profileId, ...event } of rows) {
    const own = byPerson.get(profileId);
    if (own) own.push(event);
    else byPerson.set(profileId, [event]);
  }
  return byPerson;
}

interface Writing {
  readonly workspaceId: WorkspaceId;
  readonly definitionVersion: number;
  readonly asOf: number;
  readonly rows: readonly FeatureRow[];
}

/**
 * Writes values that differ from those that stand; one that is missing takes back what stands. Answers whose are of this
 * point now, also by an earlier attempt at it.
 */
async function writeChanged(tx: WorkspaceTransaction, writing: Writing): Promise<readonly ProfileId[]> {
  const { workspaceId, definitionVersion, asOf } = writing;
  const values = writing.rows.flatMap(({ profileId, values: own }) =>
    Object.entries(own).map(([key, value]) => ({ profile_id: profileId, key, value })),
  );
  if (values.length === 0) return [];
  const [at, message] = [sql`${new Date(asOf)}::timestamptz`, `computed:${definitionVersion}`];
  const { rows } = await sql<{ id: ProfileId }>`
    with wanted as materialized (
      select r.profile_id, r.key, coalesce(r.value, 'null'::jsonb) as value,
        coalesce(standing.value, 'null'::jsonb) as stands, standing.valid_from, standing.message_id
      from json_to_recordset(${JSON.stringify(values)}::json) as r (profile_id uuid, key text, value jsonb)
      join profile p on p.workspace_id = ${workspaceId}::uuid and p.id = r.profile_id
        and p.merged_into is null and p.suppressed_at is null
      left join lateral (
        select t.value, t.valid_from, t.message_id from trait_value t
        where t.workspace_id = ${workspaceId}::uuid and t.profile_id = r.profile_id and t.key = r.key
          and t.kind = 'computed' and t.sign = 1 and not exists (
            select 1 from trait_value gone
            where gone.workspace_id = t.workspace_id and gone.profile_id = t.profile_id and gone.key = t.key
              and gone.valid_from = t.valid_from and gone.message_id = t.message_id and gone.sign = -1)
        order by t.valid_from desc, t.message_id desc limit 1) as standing on true
    ), written as (
      insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      select ${workspaceId}::uuid, profile_id, key, ${at}, ${message}, 'computed', value
      from wanted where stands <> value and (valid_from is null or valid_from <= ${at})
      on conflict (workspace_id, profile_id, key, valid_from, message_id, sign) do update
        set value = excluded.value, xid = pg_current_xact_id(), seq = default
      returning profile_id)
    select profile_id as id from written
    union all
    select profile_id from wanted where stands = value and valid_from = ${at} and message_id = ${message}`.execute(tx);
  return [...new Set(rows.map(({ id }) => id))];
}

/** The port, over `event_assignment` and the traits of kind `computed`. */
export function liveTraitStore(database: Database): LiveTraitStore {
  return {
    async touch(need, compute, signal) {
      const { workspaceId, definitionVersion } = need;
      const touched = await database.inWorkspace(workspaceId, (tx) => touchedBy(tx, need), { readOnly: true });
      let changed = 0;
      for (let at = 0; at < touched.length; at += AT_ONCE) {
        signal?.throwIfAborted();
        const some = touched.slice(at, at + AT_ONCE);
        changed += await database.inWorkspace(workspaceId, async (tx) => {
          const ids = some.map(({ profileId }) => profileId);
          const { held, asOf } = await hold(tx, workspaceId, ids);
          const events = await eventsOf(tx, need, { ids, asOf });
          const rows = some
            .filter(({ profileId }) => held.has(profileId))
            .map(({ profileId, names }) => ({
              profileId,
              values: compute({ profileId, names, asOf, events: events.get(profileId) ?? [] }),
            }));
          return (await writeChanged(tx, { workspaceId, definitionVersion, asOf, rows })).length;
        });
      }
      return changed;
    },
    write: (fence, { definitionVersion, asOf }, rows) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        const { workspaceId } = fence;
        await hold(
          tx,
          workspaceId,
          rows.map(({ profileId }) => profileId),
        );
        return writeChanged(tx, { workspaceId, definitionVersion, asOf, rows });
      }),
  };
}

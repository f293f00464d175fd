import { sql } from 'kysely';
import type {
  EventId,
  Json,
  JsonObject,
  PersonRecords,
  ProfileId,
  RecordsNeeded,
  SegmentId,
  StandingMembership,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { givenConsents } from '../privacy/given-consents';
import { stands, withRelated } from './read-related';
import { millis } from './read-rules';

/** Whose records are read. */
export interface PeopleScope {
  readonly workspaceId: WorkspaceId;
  readonly profileIds: readonly ProfileId[];
}

/** Whether a name is one of these; null: it is a name at all, for records without one have the empty text. */
const isNamed = (column: string, names: readonly string[] | null) =>
  names === null ? sql`${sql.raw(column)} <> ''` : sql`${sql.raw(column)} = any(${names}::text[])`;

interface EventRow {
  readonly profileId: ProfileId;
  readonly id: EventId;
  readonly name: string;
  readonly time: number;
  readonly properties: JsonObject;
}

/** A person's events of one name, side by side: far fewer rows go over the wire than there are events. */
interface EventsRow {
  readonly profileId: ProfileId;
  readonly name: string;
  readonly ids: readonly EventId[];
  readonly times: readonly number[];
  /** Null: nobody looks into them. */
  readonly properties: readonly JsonObject[] | null;
}

const NO_PROPERTIES: JsonObject = {};

const eventsOf = ({ profileId, name, ids, times, properties }: EventsRow): readonly EventRow[] =>
  ids.map((id, i) => ({ profileId, id, name, time: times[i] ?? 0, properties: properties?.[i] ?? NO_PROPERTIES }));

interface TraitRow {
  readonly profileId: ProfileId;
  readonly key: string;
  readonly time: number;
  readonly messageId: string;
  readonly value: Json;
}

type ScoreRow = PersonRecords['scores'][number] & { readonly profileId: ProfileId };
type MembershipRow = StandingMembership & { readonly profileId: ProfileId };

const EVERYTHING: ReadonlyMap<string, number> = new Map();

/** Whether an instant is no further back than is looked at of a name; a name that is not among them is looked at whole. */
function isWithin(reach: ReadonlyMap<string, number>, name: string, time: string) {
  const all = [...reach];
  if (all.length === 0) return sql`true`;
  const span = sql`(${all.map(([, ms]) => ms)}::float8[])[array_position(${all.map(([key]) => key)}::text[], ${sql.raw(name)})]`;
  return sql`${sql.raw(time)} >= coalesce(now() - ${span} * interval '1 millisecond', '-infinity')`;
}

/** How far back anything is looked at, milliseconds; null: to the first. */
function furthest(reach: ReadonlyMap<string, number>, names: readonly string[] | null): number | null {
  const spans = names?.map((name) => reach.get(name) ?? Infinity) ?? [Infinity];
  const most = Math.max(...spans);
  return Number.isFinite(most) ? most : null;
}

/**
 * An assignment names its event, so that events of other names are not looked up, nor those of which the name and the
 * instant are all that is asked. One that was written without a name (by a move, or before there were names) is looked up.
 * Nobody asks for what lies further back than rules look.
 */
async function readEvents(
  tx: WorkspaceTransaction,
  scope: PeopleScope,
  needs: Pick<RecordsNeeded, 'eventNames' | 'detailedNames' | 'reach' | 'detailedReach'>,
): Promise<readonly EventRow[]> {
  const { eventNames: names, detailedNames: detailed = null, reach = EVERYTHING, detailedReach = EVERYTHING } = needs;
  if (names !== null && names.length === 0) return [];
  const most = furthest(reach, names);
  const lately = most === null ? sql`` : sql`and ts >= now() - ${most}::float8 * interval '1 millisecond'`;
  const isDetailed = sql`(${isNamed('live.name', detailed)} and ${isWithin(detailedReach, 'live.name', 'live.ts')})`;
  // `offset 0` keeps the look-up by key: on tables without statistics yet, as after a first import, the planner would
  // otherwise compare every event of these people with every event of the workspace.
  const found = await sql<EventsRow>`
    with live as materialized (
      select event_id, profile_id, min(received_at) as received_at, max(event_name) as name, min(ts) as ts
      from event_assignment
      where workspace_id = ${scope.workspaceId}::uuid and profile_id = any(${scope.profileIds}::uuid[]) ${lately}
        and (event_name is null or (${isNamed('event_name', names)} and ${isWithin(reach, 'event_name', 'ts')}))
      group by event_id, profile_id having sum(sign) > 0),
    detailed as (
      select live.profile_id, e.id, e.name, e.ts, e.properties
      from live cross join lateral (
        select id, name, ts, properties from event
        where workspace_id = ${scope.workspaceId}::uuid and id = live.event_id and received_at = live.received_at
        offset 0) as e
      where (live.name is null or ${isDetailed}) and ${isNamed(`coalesce(e.name, '')`, names)})
    select profile_id as "profileId", name, json_agg(id) as ids, json_agg(${millis('ts')}) as times,
      json_agg(properties) as properties
    from detailed group by profile_id, name
    union all
    select profile_id, name, json_agg(event_id), json_agg(${millis('ts')}), null from live
    where live.name is not null and not ${isDetailed} group by profile_id, name`.execute(tx);
  return found.rows.flatMap(eventsOf);
}

async function readTraits(
  tx: WorkspaceTransaction,
  scope: PeopleScope,
  keys: readonly string[] | null,
): Promise<readonly TraitRow[]> {
  if (keys !== null && keys.length === 0) return [];
  const keyed = keys === null ? sql`` : sql`and t.key = any(${keys}::text[])`;
  const found = await sql<TraitRow>`
    select t.profile_id as "profileId", t.key, ${millis('t.valid_from')} as time, t.message_id as "messageId", t.value
    from trait_value t
    where t.workspace_id = ${scope.workspaceId}::uuid and t.profile_id = any(${scope.profileIds}::uuid[]) ${keyed}
      and ${stands}`.execute(tx);
  return found.rows;
}

function grouped<T extends { readonly profileId: ProfileId }>(rows: readonly T[]): (id: ProfileId) => readonly T[] {
  const byProfile = new Map<ProfileId, T[]>();
  for (const row of rows) {
    const list = byProfile.get(row.profileId);
    if (list === undefined) byProfile.set(row.profileId, [row]);
    else list.push(row);
  }
  return (id) => byProfile.get(id) ?? [];
}

const idsOf = (rows: readonly SubjectRow[], kind: SubjectRow['kind']): readonly ProfileId[] =>
  rows.filter((row) => row.kind === kind).map(({ id }) => id);

/** Null where none is asked for means none: an account's traits are named wherever a rule looks at them. */
const accountTraits = ({ accounts }: RecordsNeeded): readonly string[] | null =>
  accounts === undefined ? [] : accounts.traitKeys;

/** The events that name accounts and that count for somebody. */
async function readAccountEvents(
  tx: WorkspaceTransaction,
  of: { readonly workspaceId: WorkspaceId; readonly accounts: readonly SubjectRow[] },
  names: readonly string[] | null,
): Promise<readonly EventRow[]> {
  const { workspaceId, accounts } = of;
  if (accounts.length === 0 || (names !== null && names.length === 0)) return [];
  const named = names === null ? sql`name is not null` : sql`name = any(${names}::text[])`;
  const found = await sql<EventRow>`
    select a.id as "profileId", e.id, e.name, ${millis('e.ts')} as time, e.properties
    from unnest(${idsOf(accounts, 'account')}::uuid[], ${accounts.map(({ groupId }) => groupId)}::text[]) as a (id, group_id)
    cross join lateral (
      select id, name, ts, properties from event
      where workspace_id = ${workspaceId}::uuid and group_id = a.group_id and ${named} offset 0) as e
    where exists (
      select 1 from event_assignment of where of.workspace_id = ${workspaceId}::uuid and of.event_id = e.id
      group by of.event_id having sum(of.sign) > 0)`.execute(tx);
  return found.rows;
}

/** A profile: of whom the records are, and whether there are any for rules. */
export interface SubjectRow {
  readonly id: ProfileId;
  readonly isLive: boolean;
  readonly kind: 'person' | 'account';
  readonly groupId: string;
}

/** These profiles in the order of their ids; `held`: their rows are taken, so that whoever shares people waits. */
export async function readProfiles(
  tx: WorkspaceTransaction,
  { workspaceId, profileIds }: PeopleScope,
  held: boolean,
): Promise<readonly SubjectRow[]> {
  const found = await sql<SubjectRow>`
    select id, merged_into is null and suppressed_at is null as "isLive", kind, canonical_id as "groupId" from profile
    where workspace_id = ${workspaceId}::uuid and id = any(${profileIds}::uuid[])
    order by id ${held ? sql`for no key update` : sql``}`.execute(tx);
  return found.rows;
}

async function readScores(
  tx: WorkspaceTransaction,
  { workspaceId, profileIds }: PeopleScope,
  needs: RecordsNeeded,
): Promise<readonly ScoreRow[]> {
  if (needs.models === false) return [];
  const found = await sql<ScoreRow>`
    select profile_id as "profileId", model_key as model, probability, percentile, cluster_key as cluster, confidence
    from live_score where workspace_id = ${workspaceId}::uuid and profile_id = any(${profileIds}::uuid[])`.execute(tx);
  return found.rows;
}

/** Everything of some people or accounts but whom relations lead to. */
async function readSubjects(
  tx: WorkspaceTransaction,
  { workspaceId, profiles }: { readonly workspaceId: WorkspaceId; readonly profiles: readonly SubjectRow[] },
  needs: RecordsNeeded,
): Promise<readonly PersonRecords[]> {
  const profileIds = profiles.map(({ id }) => id);
  const scope = { workspaceId, profileIds };
  const accounts = profiles.filter(({ kind }) => kind === 'account');
  // Most workspaces have none, and most evaluations meet none.
  const people = accounts.length === 0 ? scope : { ...scope, profileIds: idsOf(profiles, 'person') };
  const events = grouped([
    ...(await readEvents(tx, people, needs)),
    ...(await readAccountEvents(tx, { workspaceId, accounts }, needs.accounts?.eventNames ?? [])),
  ]);
  const traits = grouped([
    ...(await readTraits(tx, people, needs.traitKeys)),
    ...(accounts.length === 0
      ? []
      : await readTraits(tx, { workspaceId, profileIds: idsOf(accounts, 'account') }, accountTraits(needs))),
  ]);
  const memberships = await sql<MembershipRow & { segmentId: SegmentId }>`
    select m.profile_id as "profileId", m.segment_id as "segmentId", s.key, m.member, m.change_version::float8 as "changeVersion",
      m.proof is not null as "hasProof"
    from membership m join segment s on s.workspace_id = m.workspace_id and s.id = m.segment_id
    where m.workspace_id = ${workspaceId}::uuid and m.profile_id = any(${profileIds}::uuid[])`.execute(tx);
  const consents = grouped(await givenConsents(tx, { ...scope, purposes: needs.purposes ?? [] }));
  const [scoresOf, membershipsOf] = [grouped(await readScores(tx, scope, needs)), grouped(memberships.rows)];
  return profiles.map(({ id, isLive, kind }) => ({
    profileId: id,
    entity: kind === 'account' ? ('account' as const) : ('profile' as const),
    isLive,
    events: events(id),
    traits: traits(id),
    scores: scoresOf(id),
    memberships: membershipsOf(id),
    consents: consents(id).map(({ purpose }) => purpose),
  }));
}

/**
 * The records of some people and accounts, as far as they are needed, and of whom their rules lead to. `held`: their rows,
 * where they were taken before.
 */
export async function readPeople(
  tx: WorkspaceTransaction,
  scope: PeopleScope & { readonly held?: readonly SubjectRow[] },
  needs: RecordsNeeded,
): Promise<readonly PersonRecords[]> {
  const { workspaceId } = scope;
  const found = await readSubjects(
    tx,
    { workspaceId, profiles: scope.held ?? (await readProfiles(tx, scope, false)) },
    needs,
  );
  const { accounts } = needs;
  if (accounts === undefined) return found;
  const read = async (profileIds: readonly ProfileId[]): Promise<readonly PersonRecords[]> =>
    readSubjects(tx, { workspaceId, profiles: await readProfiles(tx, { workspaceId, profileIds }, false) }, needs);
  const of = (entity: PersonRecords['entity']): readonly PersonRecords[] =>
    found.filter((records) => records.entity === entity);
  return [
    ...(await withRelated(tx, of('profile'), { workspaceId, read, steps: accounts.steps.profile })),
    ...(await withRelated(tx, of('account'), { workspaceId, read, steps: accounts.steps.account })),
  ];
}

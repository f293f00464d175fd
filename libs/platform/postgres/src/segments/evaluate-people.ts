import { sql } from 'kysely';
import type {
  AskedRules,
  BatchId,
  EvaluationDecision,
  EvaluationOutcome,
  EvaluationRequest,
  Evaluator,
  NewRecords,
  TouchedProfile,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { appendOutboxAll } from '../outbox';
import { sendAlong } from '../send-along';
import { askCrowds } from './crowds';
import { followMerges } from './edit-list';
import { readPeople, readProfiles, type SubjectRow } from './read-people';
import { readRulesNow } from './read-rules';
import { askAnew, writeChanges, writeProofs, writeTimers } from './write-changes';

/** Held shared by evaluations and alone by a change of the version that serves: no evaluation sees both. */
export async function lockPointers(tx: WorkspaceTransaction, workspaceId: WorkspaceId, alone: boolean): Promise<void> {
  const key = sql`hashtextextended(${`segments:${workspaceId}`}, 0)`;
  const lock = alone ? sql`select pg_advisory_xact_lock(${key})` : sql`select pg_advisory_xact_lock_shared(${key})`;
  // Whatever is asked next is asked when it is held.
  await sendAlong(tx, lock);
}

/** Fewer people than this are not worth statements of their own. */
const WORTH_THEIR_OWN = 20;

/** Some people of an evaluation and the rules that are asked about them. */
interface Asking {
  readonly held: readonly SubjectRow[];
  readonly asked: AskedRules;
}

/**
 * Who is asked about what: of whom only events are new, whoever looks at such events; of all others everything. Who is
 * nobody any more leaves every segment.
 */
function askingOf(
  request: EvaluationRequest,
  held: readonly SubjectRow[],
  asked: (added: NewRecords | null) => AskedRules,
): readonly Asking[] {
  const all = asked(null);
  const namesOf = new Map(
    request.profiles.flatMap(({ profileId, eventNames }) => (eventNames ? [[profileId, eventNames] as const] : [])),
  );
  const isNarrow = ({ id, isLive }: SubjectRow): boolean => isLive && namesOf.has(id);
  const narrow = request.segmentIds === undefined ? held.filter(isNarrow) : [];
  const rest = held.length - narrow.length;
  if (narrow.length === 0 || (rest > 0 && narrow.length < WORTH_THEIR_OWN)) return [{ held, asked: all }];
  const eventNames = [...new Set(narrow.flatMap(({ id }) => namesOf.get(id) ?? []))];
  const few = asked({ eventNames, traitKeys: request.computedTraits ?? [] });
  if (few.segmentIds === null) return [{ held, asked: all }];
  const some = few.segmentIds.length === 0 ? [] : [{ held: narrow, asked: few }];
  return rest === 0 ? some : [...some, { held: held.filter((row) => !isNarrow(row)), asked: all }];
}

type Decided = EvaluationDecision & Asking;

/** What the rules say of these people, on records read while their rows are held. */
async function decideIn(
  tx: WorkspaceTransaction,
  { workspaceId, now }: { readonly workspaceId: WorkspaceId; readonly now: number },
  asking: Asking,
): Promise<Decided> {
  const { held, asked } = asking;
  const scope = { workspaceId, profileIds: held.map(({ id }) => id), held };
  return { ...asking, ...asked.decide({ now, people: await readPeople(tx, scope, asked.needs) }) };
}

/** One evaluation: people are taken first, and everything else is read after that. */
export async function evaluateIn(
  tx: WorkspaceTransaction,
  request: EvaluationRequest,
  evaluator: Evaluator,
): Promise<EvaluationOutcome> {
  const { workspaceId, profiles, fence } = request;
  if (fence) await holdFence(tx, fence);
  await lockPointers(tx, workspaceId, false);
  const profileIds = profiles.map(({ profileId }) => profileId);
  // In the order of their ids, so that batches which share people wait instead of deadlocking.
  const held = await readProfiles(tx, { workspaceId, profileIds }, true);
  const { rules, now } = await readRulesNow(tx, workspaceId);
  const decided: Decided[] = [];
  for (const asking of askingOf(request, held, (added) => evaluator.asked(rules, added)))
    decided.push(await decideIn(tx, { workspaceId, now }, asking));
  const why = new Map(profiles.map((profile) => [profile.profileId, profile]));
  const rows = decided.flatMap(({ changes }) =>
    changes.map((change) => {
      const { cause, eventId } = why.get(change.profileId) ?? { cause: 'event' as const, eventId: null };
      return { ...change, cause, eventId };
    }),
  );
  const isMerging = profiles.some(({ cause }) => cause === 'merge');
  const moved = isMerging ? await followMerges(tx, { workspaceId, profileIds }) : [];
  const outcome = await writeChanges(tx, { workspaceId, at: now }, [...rows, ...moved]);
  await writeProofs(
    tx,
    workspaceId,
    decided.flatMap(({ proofs }) => proofs),
  );
  const asked = decided.map((one) => ({
    profileIds: one.held.map(({ id }) => id),
    segmentIds: one.asked.segmentIds,
  }));
  // In the order of people, as whoever opens packed timers sets them.
  const timers = decided.flatMap((one) => one.timers).sort((a, b) => (a.profileId < b.profileId ? -1 : 1));
  await writeTimers(tx, { workspaceId, asked }, timers);
  // Who takes over the lists of another was judged before.
  const heirs = moved.filter(({ member }) => member).map(({ profileId }) => profileId);
  await askAnew(tx, workspaceId, [...new Set(heirs)]);
  if (request.isCounted !== true) {
    const causes = decided.flatMap(({ crowds }) =>
      crowds.map(({ accountId, profileId }) => ({
        accountId,
        cause: why.get(profileId)?.cause ?? ('event' as const),
        isTold: false,
      })),
    );
    await askCrowds(tx, workspaceId, [...new Map(causes.map((crowd) => [crowd.accountId, crowd])).values()]);
  }
  const needsAccounts = decided.some((one) => one.asked.needs.accounts !== undefined);
  if (needsAccounts && request.batchIds !== undefined) {
    const payloads = request.batchIds.map((batchId) => ({ workspaceId, batchId }));
    await appendOutboxAll(tx, 'AccountsTouched', payloads);
  }
  return outcome;
}

/** By what the database's clock may be set back between two transactions and nobody be taken for known who is new. */
const CLOCK_MARGIN = sql.raw(`interval '10 seconds'`);

/**
 * Whom batches touched. A row about an event of another batch was moved here by a merge. Beside whose events they are:
 * whose consent the batches' statements are about.
 *
 * Somebody comes with the names of the events where these are all that is new: they state no traits, were not moved, and
 * the person was there before the batches were accepted, so that an evaluation of an older batch is or was about
 * everything; nobody does while an evaluation of the workspace is set aside, for then one may be missing.
 */
export async function touchedBy(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  batchIds: readonly BatchId[],
): Promise<readonly TouchedProfile[]> {
  // `offset 0` keeps look-ups by key, however many rows the batches are taken to have.
  const found = await sql<TouchedProfile>`
    with touched as materialized (
      select a.profile_id,
        case when bool_or(e.batch_id is distinct from a.batch_id) then 'merge' else 'event' end as cause,
        (array_agg(a.event_id order by a.ts desc, a.event_id desc) filter (where e.batch_id = a.batch_id))[1] as event_id,
        case when bool_and(coalesce(a.sign > 0 and a.event_name <> '' and e.batch_id = a.batch_id
            and e.type in ('track', 'page', 'screen') and e.traits = '{}'::jsonb, false))
          then array_agg(distinct a.event_name) end as names
      from event_assignment a
      left join lateral (
        select batch_id, type, traits from event
        where workspace_id = a.workspace_id and id = a.event_id and received_at = a.received_at offset 0) as e on true
      where a.workspace_id = ${workspaceId}::uuid and a.batch_id = any(${batchIds}::uuid[])
      group by a.profile_id
    ), accepted as materialized (
      select min(created_at) as at from batch
      where workspace_id = ${workspaceId}::uuid and id = any(${batchIds}::uuid[]) and not exists (
        select 1 from task where workspace_id = ${workspaceId}::uuid and status = 'quarantined'
          and job in ('segments.evaluate', 'segments.rescore'))
      having count(*) = ${new Set(batchIds).size}::int)
    select t.profile_id as "profileId", t.cause, t.event_id as "eventId",
      case when p.created_at < accepted.at - ${CLOCK_MARGIN} then t.names end as "eventNames"
    from touched t left join accepted on true
      left join lateral (
        select created_at from profile where workspace_id = ${workspaceId}::uuid and id = t.profile_id offset 0) as p on true
    union all
    select distinct i.profile_id, 'event', null::uuid, null::text[]
    from consent_event c join identifier i on i.workspace_id = c.workspace_id and i.type = c.subject_type
      and i.value = c.subject_value
    where c.workspace_id = ${workspaceId}::uuid and c.batch_id = any(${batchIds}::uuid[])
      and not exists (select 1 from touched where touched.profile_id = i.profile_id)
    order by 1`.execute(tx);
  return found.rows;
}

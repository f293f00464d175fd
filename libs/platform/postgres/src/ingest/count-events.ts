import { sql, type RawBuilder } from 'kysely';
import {
  eventLabel,
  type GroupedRequest,
  type KeyOutcome,
  type PlanVerdict,
  type StoreRequest,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** What is counted together: one source in one hour. */
interface Hour {
  readonly sourceId: string;
  readonly hour: number;
}

interface EventCount extends Hour {
  readonly event: string;
  stored: number;
  quarantined: number;
  lastAt: number;
}

interface ViolationCount extends Hour {
  readonly event: string;
  readonly planId: string;
  readonly rule: string;
  readonly action: string;
  count: number;
}

/** A request with what became of its messages. */
type Counted = readonly [request: GroupedRequest | StoreRequest, outcomes: readonly KeyOutcome[]];

const HOUR_MS = 3_600_000;
const hourOf = ({ sourceId, receivedAt }: GroupedRequest): Hour => ({
  sourceId,
  hour: Math.floor(receivedAt / HOUR_MS) * HOUR_MS,
});

/** Two transactions that count the same events take their rows in the same order and cannot deadlock. */
function inOrder<T>(counts: ReadonlyMap<string, T>): T[] {
  return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** An import has no volumes: its hour of receipt says nothing of its events. */
const isImport = (request: GroupedRequest | StoreRequest): boolean => 'run' in request && request.run !== undefined;

function volumes(counted: readonly Counted[]): EventCount[] {
  const counts = new Map<string, EventCount>();
  for (const [request, outcomes] of counted) {
    if (isImport(request)) continue;
    const { sourceId, hour } = hourOf(request);
    const of = (event: string): EventCount => {
      const key = JSON.stringify([sourceId, hour, event]);
      const found = counts.get(key) ?? { sourceId, hour, event, stored: 0, quarantined: 0, lastAt: request.receivedAt };
      found.lastAt = Math.max(found.lastAt, request.receivedAt);
      counts.set(key, found);
      return found;
    };
    request.messages.forEach(({ message }, i) => {
      if (outcomes[i] === 'stored') of(eventLabel(message)).stored += 1;
    });
    for (const { plan } of request.keep ?? []) if (plan) of(plan.event).quarantined += 1;
  }
  return inOrder(counts);
}

/** A repeated message was counted when it was stored; one that is blocked again is received and blocked again. */
function violations(counted: readonly Counted[]): ViolationCount[] {
  const counts = new Map<string, ViolationCount>();
  for (const [request, outcomes] of counted) {
    const at = hourOf(request);
    const add = (event: string, plan: PlanVerdict): void => {
      const { planId } = plan;
      const seen = new Set<string>();
      for (const { rule, action } of plan.violations) {
        const key = JSON.stringify([at.sourceId, at.hour, event, planId, rule, action]);
        // Counted are messages: ten wrong items of one order are one.
        if (seen.has(key)) continue;
        seen.add(key);
        const found = counts.get(key) ?? { ...at, event, planId, rule, action, count: 0 };
        found.count += 1;
        counts.set(key, found);
      }
    };
    request.messages.forEach(({ message, plan }, i) => {
      if (plan && outcomes[i] === 'stored') add(eventLabel(message), plan);
    });
    for (const { plan } of request.keep ?? []) if (plan) add(plan.event, plan);
  }
  return inOrder(counts);
}

function volumesPart(workspaceId: WorkspaceId, counts: readonly EventCount[]): RawBuilder<unknown> {
  return sql`
    insert into event_hour as e (workspace_id, source_id, event, hour, stored, quarantined, last_at)
    select ${workspaceId}::uuid, c.source_id, c.event, 'epoch'::timestamptz + c.hour * interval '1 millisecond',
      c.stored, c.quarantined, 'epoch'::timestamptz + c.last_at * interval '1 millisecond'
    from unnest(${counts.map((count) => count.sourceId)}::uuid[], ${counts.map((count) => count.hour)}::float8[],
      ${counts.map((count) => count.event)}::text[], ${counts.map((count) => count.stored)}::bigint[],
      ${counts.map((count) => count.quarantined)}::bigint[], ${counts.map((count) => count.lastAt)}::float8[]
    ) as c (source_id, hour, event, stored, quarantined, last_at)
    on conflict (workspace_id, source_id, event, hour) do update set
      stored = e.stored + excluded.stored, quarantined = e.quarantined + excluded.quarantined,
      last_at = greatest(e.last_at, excluded.last_at)`;
}

async function addViolations(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  counts: readonly ViolationCount[],
): Promise<void> {
  await sql`
    insert into plan_violation_hour as v (workspace_id, source_id, event, plan_id, rule, action, hour, count)
    select ${workspaceId}::uuid, c.source_id, c.event, c.plan_id, c.rule, c.action,
      'epoch'::timestamptz + c.hour * interval '1 millisecond', c.count
    from unnest(${counts.map((count) => count.sourceId)}::uuid[], ${counts.map((count) => count.hour)}::float8[],
      ${counts.map((count) => count.event)}::text[], ${counts.map((count) => count.planId)}::uuid[],
      ${counts.map((count) => count.rule)}::text[], ${counts.map((count) => count.action)}::text[],
      ${counts.map((count) => count.count)}::bigint[]) as c (source_id, hour, event, plan_id, rule, action, count)
    on conflict (workspace_id, source_id, event, plan_id, rule, action, hour) do update set
      count = v.count + excluded.count`.execute(tx);
}

/**
 * Counts what the requests brought by event and hour, and what their tracking plans found, in the transaction that
 * stores them.
 *
 * Shape   the volumes as a part of the ledger's statement; null: there are none
 * Cost    one row an event kind; a statement of its own when a plan found anything
 */
export async function countEvents(
  tx: WorkspaceTransaction,
  requests: readonly (GroupedRequest | StoreRequest)[],
  outcomes: readonly (readonly KeyOutcome[])[],
): Promise<RawBuilder<unknown> | null> {
  const [head] = requests;
  if (!head) return null;
  const counted = requests.map((request, i): Counted => [request, outcomes[i] ?? []]);
  const found = violations(counted);
  if (found.length > 0) await addViolations(tx, head.workspaceId, found);
  const counts = volumes(counted);
  return counts.length > 0 ? volumesPart(head.workspaceId, counts) : null;
}

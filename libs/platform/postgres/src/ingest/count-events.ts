import { sql } from 'kysely';
import { eventLabel, type KeyOutcome, type PlanVerdict, type StoreRequest } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

interface EventCount {
  readonly event: string;
  stored: number;
  quarantined: number;
}

interface ViolationCount {
  readonly event: string;
  readonly planId: string;
  readonly rule: string;
  readonly action: string;
  count: number;
}

/** Two transactions that count the same events take their rows in the same order and cannot deadlock. */
const byText =
  <T>(text: (value: T) => string) =>
  (a: T, b: T): number =>
    text(a) < text(b) ? -1 : 1;

function volumes(request: StoreRequest, outcomes: readonly KeyOutcome[]): EventCount[] {
  const counts = new Map<string, EventCount>();
  const of = (event: string): EventCount => {
    const found = counts.get(event) ?? { event, stored: 0, quarantined: 0 };
    counts.set(event, found);
    return found;
  };
  request.messages.forEach(({ message }, i) => {
    if (outcomes[i] === 'stored') of(eventLabel(message)).stored += 1;
  });
  for (const { plan } of request.keep ?? []) if (plan) of(plan.event).quarantined += 1;
  return [...counts.values()].sort(byText(({ event }) => event));
}

/** A repeated message was counted when it was stored; one that is blocked again is received and blocked again. */
function violations(request: StoreRequest, outcomes: readonly KeyOutcome[]): ViolationCount[] {
  const counts = new Map<string, ViolationCount>();
  const add = (event: string, plan: PlanVerdict): void => {
    const { planId } = plan;
    const seen = new Set<string>();
    for (const { rule, action } of plan.violations) {
      const key = JSON.stringify([event, planId, rule, action]);
      // Counted are messages: ten wrong items of one order are one.
      if (seen.has(key)) continue;
      seen.add(key);
      const found = counts.get(key) ?? { event, planId, rule, action, count: 0 };
      found.count += 1;
      counts.set(key, found);
    }
  };
  request.messages.forEach(({ message, plan }, i) => {
    if (plan && outcomes[i] === 'stored') add(eventLabel(message), plan);
  });
  for (const { plan } of request.keep ?? []) if (plan) add(plan.event, plan);
  return [...counts.entries()].sort(byText(([key]) => key)).map(([, count]) => count);
}

async function addVolumes(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  counts: readonly EventCount[],
): Promise<void> {
  const at = new Date(request.receivedAt);
  await sql`
    insert into event_hour as e (workspace_id, source_id, event, hour, stored, quarantined, last_at)
    select ${request.workspaceId}::uuid, ${request.sourceId}::uuid, c.event, date_trunc('hour', ${at}::timestamptz),
      c.stored, c.quarantined, ${at}::timestamptz
    from unnest(${counts.map((count) => count.event)}::text[], ${counts.map((count) => count.stored)}::bigint[],
      ${counts.map((count) => count.quarantined)}::bigint[]) as c (event, stored, quarantined)
    on conflict (workspace_id, source_id, event, hour) do update set
      stored = e.stored + excluded.stored, quarantined = e.quarantined + excluded.quarantined,
      last_at = greatest(e.last_at, excluded.last_at)`.execute(tx);
}

async function addViolations(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  counts: readonly ViolationCount[],
): Promise<void> {
  await sql`
    insert into plan_violation_hour as v (workspace_id, source_id, event, plan_id, rule, action, hour, count)
    select ${request.workspaceId}::uuid, ${request.sourceId}::uuid, c.event, c.plan_id, c.rule, c.action,
      date_trunc('hour', ${new Date(request.receivedAt)}::timestamptz), c.count
    from unnest(${counts.map((count) => count.event)}::text[], ${counts.map((count) => count.planId)}::uuid[],
      ${counts.map((count) => count.rule)}::text[], ${counts.map((count) => count.action)}::text[],
      ${counts.map((count) => count.count)}::bigint[]) as c (event, plan_id, rule, action, count)
    on conflict (workspace_id, source_id, event, plan_id, rule, action, hour) do update set
      count = v.count + excluded.count`.execute(tx);
}

/**
 * Counts what a request brought by event and hour, and what its tracking plan found, in the transaction that stores it.
 * An import has no volumes: its hour of receipt says nothing of its events.
 *
 * Cost    one statement of one row an event kind; a second one when the plan found anything
 */
export async function countEvents(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  outcomes: readonly KeyOutcome[],
): Promise<void> {
  const counts = request.run ? [] : volumes(request, outcomes);
  if (counts.length > 0) await addVolumes(tx, request, counts);
  const found = violations(request, outcomes);
  if (found.length > 0) await addViolations(tx, request, found);
}

import { jobNames, pipeline, togetherOf, type TopicName, type TopicPayload } from '@kohort/pipeline-map';
import { sql } from 'kysely';
import type { WorkspaceTransaction } from './database';
import { markAppended } from './outbox-signal';
import { sendAlong } from './send-along';

/** The relay looks by itself as often as this: what may wait longer need not wake it. */
export const RELAY_IDLE_MS = 2_000;
/** What readers of the log are told of at the commit; of everything else they hear when it is final. */
const TOLD_TOPICS: ReadonlySet<string> = new Set<TopicName>(['MembershipChanged']);

/** One job that listens to a topic, and the payload's field that names its entity. */
interface Listener {
  readonly job: string;
  readonly field: string;
  /** Its tasks fall due at the end of a stretch of this length, all of one workspace together; 0: at once. */
  readonly gatherMs: number;
  /** Workers hear of its tasks at the commit: they need no queue. */
  readonly atCommit: boolean;
}

const listenersOf = new Map<string, Listener[]>();
for (const job of jobNames) {
  for (const topic of pipeline[job].on) {
    const { gatherMs = 0, atCommit = false } = togetherOf(job) ?? {};
    const listener = { job, field: pipeline[job].entity, gatherMs, atCommit };
    listenersOf.set(topic, [...(listenersOf.get(topic) ?? []), listener]);
  }
}

/** How soon the relay must look at such a message; null: when it does so by itself. */
function relayInMs(listeners: readonly Listener[]): number | null {
  const owed = listeners.filter(({ atCommit }) => !atCommit).map(({ gatherMs }) => gatherMs);
  // The log alone has readers then.
  const soonest = listeners.length === 0 ? 0 : Math.min(...owed);
  return soonest < RELAY_IDLE_MS ? soonest : null;
}

/**
 * Appends a message in the caller's transaction, with a task for each job that listens: they exist if and only if the
 * effect they speak of does. After the commit workers are told of them, or the relay puts them into their queues.
 */
export async function appendOutbox<T extends TopicName>(
  tx: WorkspaceTransaction,
  topic: T,
  payload: TopicPayload<T>,
): Promise<void> {
  await appendOutboxAll(tx, topic, [payload]);
}

/** Appends several messages of one topic, and their tasks, in one statement and in their order. */
export async function appendOutboxAll<T extends TopicName>(
  tx: WorkspaceTransaction,
  topic: T,
  payloads: readonly TopicPayload<T>[],
): Promise<void> {
  if (payloads.length === 0) return;
  const listeners = listenersOf.get(topic) ?? [];
  await sendAlong(
    tx,
    sql`
    with message as materialized (
      select (payload ->> 'workspaceId')::uuid as workspace_id, payload, place
      from jsonb_array_elements(${JSON.stringify(payloads)}::jsonb) with ordinality as each (payload, place)
    ), logged as (
      insert into outbox (workspace_id, topic, payload)
      select workspace_id, ${topic}, payload from message order by place
    )
    insert into task (workspace_id, id, job, entity, payload, due_at, enqueued_at)
    select message.workspace_id, gen_random_uuid(), listener.job, message.payload ->> listener.field, message.payload,
      clock_timestamp() + case when listener.gather_ms = 0 then interval '0' else
        (listener.gather_ms - mod((extract(epoch from clock_timestamp()) * 1000)::bigint
          + abs(hashtext(message.workspace_id::text)::bigint), listener.gather_ms)) * interval '1 millisecond' end,
      case when listener.at_commit then clock_timestamp() end
    from message cross join unnest(${listeners.map((each) => each.job)}::text[],
      ${listeners.map((each) => each.field)}::text[], ${listeners.map((each) => each.gatherMs)}::int[],
      ${listeners.map((each) => each.atCommit)}::boolean[]) as listener (job, field, gather_ms, at_commit)
    on conflict (workspace_id, job, entity) do nothing`,
  );
  const jobs = listeners.flatMap(({ job, atCommit }) => (atCommit ? [job] : []));
  const workspaces = [...new Set(payloads.map(({ workspaceId }) => workspaceId))];
  markAppended(tx, {
    work: workspaces.flatMap((workspaceId) => jobs.map((job) => ({ workspaceId, job }))),
    relayInMs: relayInMs(listeners),
    topics: TOLD_TOPICS.has(topic) ? [topic] : [],
  });
}

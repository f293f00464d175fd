import { z } from 'zod';
import type {
  IngestPort,
  Json,
  JsonObject,
  QuarantineFilter,
  QuarantineStore,
  QuarantinedRecord,
  RunContext,
  RunParams,
  SourceId,
} from '@kohort/kernel-contracts';
import { changeItem } from '@kohort/quality-domain';

/** Ports of a replay. `preview`: the same way in, with a store that keeps nothing. */
export interface ReplayQuarantineDeps {
  readonly quarantine: QuarantineStore;
  readonly ingest: IngestPort;
  readonly preview: IngestPort;
}

const count = z.int().min(0);
const checkpointSchema = z.strictObject({
  /** What was kept later is not part of this replay: what is blocked again must not be met again. */
  keptBeforeMs: z.number(),
  after: z.string().nullable(),
  total: count,
  counts: z.strictObject({
    items: count,
    stored: count,
    duplicate: count,
    rejected: count,
    suppressed: count,
    quarantined: count,
    /** Items whose content was too large to be kept. */
    lost: count,
  }),
});
type Checkpoint = z.infer<typeof checkpointSchema>;

const ZERO = { items: 0, stored: 0, duplicate: 0, rejected: 0, suppressed: 0, quarantined: 0, lost: 0 };
const PAGE = 200;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const payloadSchema = z.object({
  item: z.custom<Json>((value) => value !== undefined),
  sentAt: z.string().nullable(),
  context: z.custom<JsonObject>(isObject),
  integrations: z.custom<JsonObject>(isObject),
});

/** The item as it would have come alone: what its call said is written into it, and an id that stays the same. */
function itemOf(record: QuarantinedRecord, payload: string): Json {
  const { item, sentAt, context, integrations } = payloadSchema.parse(JSON.parse(payload));
  if (!isObject(item)) return item;
  const over = (base: JsonObject, own: Json | undefined): JsonObject => (isObject(own) ? { ...base, ...own } : base);
  return {
    ...item,
    messageId: item['messageId'] ?? `replay-${record.id}`,
    ...(item['sentAt'] == null && sentAt !== null ? { sentAt } : {}),
    context: over(context, item['context']),
    integrations: over(integrations, item['integrations']),
  };
}

interface Call {
  readonly sourceId: SourceId;
  readonly receivedAt: number;
  readonly records: QuarantinedRecord[];
}

/** Items of one source and one receipt go together, as they came. */
function callsOf(records: readonly QuarantinedRecord[]): readonly Call[] {
  const calls = new Map<string, Call>();
  for (const record of records) {
    const { sourceId, receivedAt } = record;
    const key = `${sourceId} ${receivedAt}`;
    const call = calls.get(key) ?? { sourceId, receivedAt, records: [] };
    call.records.push(record);
    calls.set(key, call);
  }
  return [...calls.values()];
}

function filterOf(filter: RunParams<'tracking.replay'>['filter']): QuarantineFilter {
  const { from, to, ...rest } = filter;
  return {
    ...rest,
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(to === undefined ? {} : { toMs: Date.parse(to) }),
  };
}

/** Sends one call's items and takes what need not be kept out of quarantine. */
async function sendCall(
  deps: ReplayQuarantineDeps,
  context: RunContext,
  call: Call,
  params: RunParams<'tracking.replay'>,
): Promise<Checkpoint['counts']> {
  const { workspaceId } = context.fence;
  const counts = { ...ZERO, items: call.records.length };
  const sent = call.records.flatMap((record) => (record.payload === null ? [] : [{ record, text: record.payload }]));
  counts.lost = call.records.length - sent.length;
  if (sent.length === 0) return counts;
  const items = sent.map(({ record, text }) => changeItem(itemOf(record, text), params.change ?? null));
  const door = params.dryRun === true ? deps.preview : deps.ingest;
  const envelope = { receivedAt: call.receivedAt, sentAt: null, context: {}, integrations: {} };
  const verdicts = await door.accept({ workspaceId, sourceId: call.sourceId }, items, envelope);
  for (const { outcome } of verdicts) counts[outcome] += 1;
  // After the commit: what is refused again has been kept anew, with its new reason.
  if (params.dryRun !== true) {
    await deps.quarantine.forget(
      workspaceId,
      sent.map(({ record }) => record.id),
    );
  }
  return counts;
}

function sum(a: Checkpoint['counts'], b: Checkpoint['counts']): Checkpoint['counts'] {
  const of = (key: keyof Checkpoint['counts']): number => a[key] + b[key];
  return {
    items: of('items'),
    stored: of('stored'),
    duplicate: of('duplicate'),
    rejected: of('rejected'),
    suppressed: of('suppressed'),
    quarantined: of('quarantined'),
    lost: of('lost'),
  };
}

async function begin(deps: ReplayQuarantineDeps, context: RunContext, filter: QuarantineFilter): Promise<Checkpoint> {
  if (context.run.checkpoint !== null) return checkpointSchema.parse(context.run.checkpoint);
  const { workspaceId } = context.fence;
  const keptBeforeMs = await deps.quarantine.now(workspaceId);
  const total = await deps.quarantine.count(workspaceId, filter, keptBeforeMs);
  const checkpoint = { keptBeforeMs, after: null, total, counts: ZERO };
  await deps.quarantine.saveCheckpoint(context.fence, checkpoint);
  return checkpoint;
}

/**
 * Sends quarantined items through the door again, as received when they were, changed first where that is asked for.
 * What the plan in force lets through is stored with its own time and leaves quarantine; what is blocked again stays,
 * with its new reason. A replay is a new receipt in the ledger.
 *
 * Promise   at least once; an item is stored once
 * Key       source + message id, as for any call
 * Order     oldest first; what is quarantined while it runs is not part of it
 * Resume    behind the last page; of a page that was under way what was stored comes back as a duplicate
 * Size      any number; 200 items a page
 */
export async function replayQuarantine(
  deps: ReplayQuarantineDeps,
  context: RunContext,
  params: RunParams<'tracking.replay'>,
): Promise<Json> {
  const { workspaceId } = context.fence;
  const filter = filterOf(params.filter);
  let state = await begin(deps, context, filter);
  for (;;) {
    const { keptBeforeMs, after } = state;
    const page = await deps.quarantine.page(workspaceId, filter, { keptBeforeMs, after, limit: PAGE });
    if (page.items.length === 0) break;
    let { counts } = state;
    for (const call of callsOf(page.items)) {
      context.signal.throwIfAborted();
      counts = sum(counts, await sendCall(deps, context, call, params));
      context.onProgress({ phase: 'replaying', done: counts.items, total: state.total });
    }
    state = { ...state, after: page.after, counts };
    await deps.quarantine.saveCheckpoint(context.fence, state);
  }
  return { ...state.counts, dryRun: params.dryRun === true };
}

import { z } from 'zod';
import type {
  IngestPort,
  IngestVerdict,
  Json,
  JsonObject,
  RefusedRecord,
  RefusedStore,
  WorkspaceId,
} from '@kohort/kernel-contracts';

/** Ports of a replay: where refused items are kept, and the way in that they are sent through again. */
export interface ReplayRefusedDeps {
  readonly refused: RefusedStore;
  readonly ingest: IngestPort;
}

/** What became of one kept item. `verdict` null: it is no longer kept, or was too large to be. */
export interface ReplayOutcome {
  readonly id: string;
  readonly verdict: IngestVerdict | null;
}

const payloadSchema = z.object({
  item: z.custom<Json>((value) => value !== undefined),
  sentAt: z.string().nullable(),
  context: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
  integrations: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
});

async function replayOne(deps: ReplayRefusedDeps, workspaceId: WorkspaceId, record: RefusedRecord) {
  if (record.payload === null) return null;
  const { item, ...envelope } = payloadSchema.parse(JSON.parse(record.payload));
  const origin = { workspaceId, sourceId: record.sourceId };
  const [verdict] = await deps.ingest.accept(origin, [item], { ...envelope, receivedAt: record.receivedAt });
  // After the commit: what is refused again has been kept anew, what was stored needs keeping no longer.
  await deps.refused.forget(workspaceId, [record.id]);
  return verdict ?? null;
}

/**
 * Sends kept items through the way in once more, as received when they were: for when the cause of the refusal is gone.
 * A replay is a new receipt in the ledger.
 *
 * Key       source + message id, as for any call: a repeat stores nothing twice
 */
export async function replayRefused(
  deps: ReplayRefusedDeps,
  workspaceId: WorkspaceId,
  ids: readonly string[],
): Promise<readonly ReplayOutcome[]> {
  const found = new Map((await deps.refused.find(workspaceId, ids)).map((record) => [record.id, record]));
  const outcomes: ReplayOutcome[] = [];
  for (const id of ids) {
    const record = found.get(id);
    outcomes.push({ id, verdict: record ? await replayOne(deps, workspaceId, record) : null });
  }
  return outcomes;
}

import type {
  GroupedRequest,
  IngestCounts,
  IngestGroupStore,
  IngestStore,
  MessageScreen,
  StoreOutcome,
  StoreRequest,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { classifyFailure, isAway } from '../classify-failure';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { addConsents, namingSuppressed } from '../privacy/screen-entries';
import { isListed, noteListed } from '../privacy/suppression-list';
import { countEvents } from './count-events';
import { claimKeys, claimUnlisted, type ClaimedKeys } from './event-keys';
import { storeFresh } from './event-rows';
import { entriesOf, firstOfEach, judgeEntries, type GroupEntry, type UniqueEntries } from './group-entries';
import { addToLedger, countsOf } from './ingest-ledger';
import { moveCursor } from '../sources/move-cursor';
import { keepRefused } from './refused-store.adapter';

export const ingestStoreErrors = defineErrors({
  INGEST_STORE_REFUSED: {
    kind: 'invalid-input',
    message: (d) => `PostgreSQL cannot hold a value of the batch (SQLSTATE ${String(d['state'])})`,
  },
  INGEST_STORE_AWAY: {
    kind: 'transient',
    message: () => 'PostgreSQL cannot be reached; whether the batch was stored is not known',
  },
});

/** What became of a group's keys, and of those who must not come back. */
interface ClaimedGroup extends ClaimedKeys, Pick<UniqueEntries, 'earlier'> {
  readonly suppressed: ReadonlySet<GroupEntry>;
}

/** While a workspace has no suppression list, the statement that takes the keys sees that, and nobody is looked for. */
async function claimGroup(
  tx: WorkspaceTransaction,
  { workspaceId, screen }: { readonly workspaceId: WorkspaceId; readonly screen: MessageScreen | null },
  entries: readonly GroupEntry[],
): Promise<ClaimedGroup> {
  if (screen && !isListed(workspaceId)) {
    const { unique, earlier } = firstOfEach(entries);
    const claimed = await claimUnlisted(tx, workspaceId, unique);
    if (claimed) return { ...claimed, earlier, suppressed: new Set() };
    noteListed(workspaceId);
  }
  const suppressed = await namingSuppressed(tx, { workspaceId, screen }, entries);
  const open = suppressed.size === 0 ? entries : entries.filter((entry) => !suppressed.has(entry));
  const { unique, earlier } = firstOfEach(open);
  return { ...(await claimKeys(tx, workspaceId, unique)), earlier, suppressed };
}

/** Keys, events, outbox row, refused items and ledger of a group, in the caller's transaction. */
async function storeIn(
  tx: WorkspaceTransaction,
  { requests, screen }: { readonly requests: readonly GroupedRequest[]; readonly screen: MessageScreen | null },
  beforeLedger: (counts: readonly IngestCounts[]) => Promise<void>,
): Promise<StoreOutcome[]> {
  const [head] = requests;
  if (!head) return [];
  const { workspaceId } = head;
  const entries = entriesOf(requests);
  const claimed = await claimGroup(tx, { workspaceId, screen }, entries);
  const { taken: fresh, bodies, earlier, suppressed } = claimed;
  const stored = new Set(fresh.map(([, entry]) => entry));
  const outcomes = judgeEntries(requests, entries, { stored, suppressed, earlier, bodies });
  const counts = requests.map((request, i) => countsOf(request, outcomes[i] ?? []));
  const batchId = await storeFresh(tx, workspaceId, fresh);
  if (batchId !== null) await addConsents(tx, { workspaceId, batchId, screen }, fresh);
  await keepRefused(tx, requests);
  await beforeLedger(counts);
  const volumes = await countEvents(tx, requests, outcomes);
  await addToLedger(tx, workspaceId, { requests, counts, volumes });
  return requests.map((_request, i) => {
    const judged = outcomes[i] ?? [];
    const own = counts[i] ?? countsOf({ ...head, messages: [] }, []);
    return { batchId: judged.includes('stored') ? batchId : null, outcomes: judged, counts: own };
  });
}

async function storeStep(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  screen: MessageScreen | null,
): Promise<StoreOutcome> {
  const { run } = request;
  if (run) await holdFence(tx, run.fence);
  const [outcome] = await storeIn(tx, { requests: [request], screen }, async ([counts]) => {
    if (!run || !counts) return;
    await tx
      .updateTable('run')
      .set({ checkpoint: JSON.stringify(run.checkpoint(counts)), starts: 0 })
      .where('workspace_id', '=', run.fence.workspaceId)
      .where('id', '=', run.fence.runId)
      .execute();
    if (run.cursor) await moveCursor(tx, run.fence, run.cursor);
  });
  return outcome ?? { batchId: null, outcomes: [], counts: countsOf({ ...request, messages: [] }, []) };
}

const stateOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

/** What the port promises to raise, of whatever the driver threw. */
function asStoreError(cause: unknown): unknown {
  // Class 22: a value that the column's type cannot hold.
  const state = stateOf(cause);
  if (/^22[0-9A-Z]{3}$/.test(state)) return ingestStoreErrors.INGEST_STORE_REFUSED({ state }, { cause });
  if (isAway(cause)) return ingestStoreErrors.INGEST_STORE_AWAY({}, { cause, afterMs: 2_000 });
  return classifyFailure(cause, 'storing events');
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw asStoreError(thrown);
  }
}

/**
 * The ingest store in PostgreSQL. See the ports for what a caller may rely on. `screen` asks each message whom it names
 * and what it says about consent; with null nobody is suppressed and no consent is kept,
 * which is for specs alone.
 */
export function ingestStore(
  database: Database,
  { screen }: { readonly screen: MessageScreen | null },
): IngestStore & IngestGroupStore {
  return {
    store: (request) => told(database.inWorkspace(request.workspaceId, (tx) => storeStep(tx, request, screen))),
    async storeGroup(requests) {
      const [head] = requests;
      if (!head) return [];
      return told(
        database.inWorkspace(head.workspaceId, (tx) => storeIn(tx, { requests, screen }, async () => undefined), {
          keepPlans: true,
        }),
      );
    },
  };
}

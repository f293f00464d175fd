import type {
  IngestEnvelope,
  IngestOutcome,
  IngestPort,
  IngestStore,
  IngestVerdict,
  Json,
  KeyOutcome,
  KeyedMessage,
  RefusedItem,
  SourceId,
  StoreRequest,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { bodyHash, normaliseEvent, type NormaliseResult } from '@kohort/ingest-domain';

/** What accepting needs. `dedupeDays` 1–30. */
export interface AcceptEventsDeps {
  readonly store: IngestStore;
  readonly dedupeDays: number;
}

interface Target {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: SourceId;
  readonly receivedAt: number;
  /** Items that were refused before the store: they enter the ledger with the first transaction. */
  readonly refused: readonly RefusedItem[];
  /** The item of a place, as it would be sent again. */
  readonly payloadOf: (index: number) => string | null;
}

type Placed = { readonly index: number; readonly keyed: KeyedMessage };
type Fate = { readonly outcome: IngestOutcome; readonly reason: string | null };

/** The most messages of one transaction. */
const TRANSACTION_MESSAGES = 5_000;
/** Of one call so many refused items are kept; the rest are counted alone, so that nobody fills the disk with nonsense. */
const KEPT_ITEMS = 100;
/** Characters of a kept item. */
const KEPT_CHARS = 65_536;
const STORAGE_REFUSED: Fate = { outcome: 'quarantined', reason: 'storage_refused' };

const FATES: Readonly<Record<KeyOutcome, Fate>> = {
  stored: { outcome: 'stored', reason: null },
  duplicate: { outcome: 'duplicate', reason: null },
  duplicate_conflict: { outcome: 'duplicate', reason: 'duplicate_conflict' },
};

const isRefusedByStore = (thrown: unknown): boolean => isAppError(thrown) && thrown.code === 'INGEST_STORE_REFUSED';

function refusal(refused: readonly RefusedItem[]): Pick<StoreRequest, 'refused' | 'keep'> {
  const count = (verdict: RefusedItem['verdict']): number => refused.filter((item) => item.verdict === verdict).length;
  const counts = { rejected: count('rejected'), suppressed: 0, quarantined: count('quarantined') };
  return { refused: counts, keep: refused.slice(0, KEPT_ITEMS) };
}

/**
 * Stores messages in one transaction; when the database refuses a value, halves the batch until the bad message is
 * alone and counts it as quarantined. One bad message never takes its neighbours along.
 */
async function storePlaced(
  deps: AcceptEventsDeps,
  target: Target,
  placed: readonly Placed[],
): Promise<readonly (readonly [index: number, fate: Fate])[]> {
  const { workspaceId, sourceId, receivedAt, refused, payloadOf } = target;
  const request = { workspaceId, sourceId, receivedAt, dedupeDays: deps.dedupeDays };
  try {
    const messages = placed.map(({ keyed }) => keyed);
    const { outcomes } = await deps.store.store({ ...request, messages, ...refusal(refused) });
    return placed.map(({ index }, i) => [index, FATES[outcomes[i] ?? 'duplicate']] as const);
  } catch (thrown) {
    if (!isRefusedByStore(thrown)) throw thrown;
  }
  const [only] = placed;
  if (placed.length === 1 && only) {
    const code = STORAGE_REFUSED.reason ?? '';
    const lost: RefusedItem = { verdict: 'quarantined', code, field: '', payload: payloadOf(only.index) };
    await deps.store.store({ ...request, messages: [], ...refusal([...refused, lost]) });
    return [[only.index, STORAGE_REFUSED]];
  }
  const middle = Math.ceil(placed.length / 2);
  const left = await storePlaced(deps, target, placed.slice(0, middle));
  const right = await storePlaced(deps, { ...target, refused: [] }, placed.slice(middle));
  return [...left, ...right];
}

function placeMessages(results: readonly NormaliseResult[]): Placed[] {
  return results.flatMap((result, index) =>
    result.verdict === 'accepted'
      ? [{ index, keyed: { message: result.message, bodyHash: bodyHash(result.message) } }]
      : [],
  );
}

/** What is kept of a refused item: itself and what its call said, unless it is too large or too deep to be written. */
function payloadReader(items: readonly Json[], envelope: IngestEnvelope): Target['payloadOf'] {
  const { sentAt, context, integrations } = envelope;
  return (index) => {
    const text = JSON.stringify({ item: items[index] ?? null, sentAt, context, integrations });
    return text.length <= KEPT_CHARS ? text : null;
  };
}

function refusedOf(results: readonly NormaliseResult[], payloadOf: Target['payloadOf']): RefusedItem[] {
  return results.flatMap((result, index) => {
    if (result.verdict === 'accepted') return [];
    const { verdict, code, field } = result;
    // Nesting that was refused would overflow the stack when it is written again.
    return [{ verdict, code, field, payload: code === 'too_deep' ? null : payloadOf(index) }];
  });
}

/** Stores what was accepted, chunk by chunk; a batch of refused items alone still enters the ledger. */
async function settle(
  deps: AcceptEventsDeps,
  target: Target,
  placed: readonly Placed[],
): Promise<ReadonlyMap<number, Fate>> {
  const fates = new Map<number, Fate>();
  for (let at = 0; at === 0 || at < placed.length; at += TRANSACTION_MESSAGES) {
    const chunk = placed.slice(at, at + TRANSACTION_MESSAGES);
    const refused = at === 0 ? target.refused : [];
    for (const [index, fate] of await storePlaced(deps, { ...target, refused }, chunk)) fates.set(index, fate);
  }
  return fates;
}

/**
 * The way in for events over HTTP: normalises, stores once, accounts for every item.
 *
 * Promise   when it resolves, what is `stored` is committed with key, ledger and outbox row
 * Key       source + message id; an item without an id gets one that a byte-identical retry gets again
 * Size      any number of items; at most 5,000 messages a transaction; refused items are kept, 100 a call
 */
export function acceptEvents(deps: AcceptEventsDeps): IngestPort {
  return {
    async accept(origin, items, envelope) {
      if (items.length === 0) return [];
      const { receivedAt, sentAt, context, integrations } = envelope;
      const results = items.map((item, index) =>
        normaliseEvent(item, {
          sourceId: origin.sourceId,
          receivedAt,
          sentAt,
          batchContext: context,
          batchIntegrations: integrations,
          index,
        }),
      );
      const payloadOf = payloadReader(items, envelope);
      const target = { ...origin, receivedAt, payloadOf, refused: refusedOf(results, payloadOf) };
      const fates = await settle(deps, target, placeMessages(results));
      return results.map((result, index): IngestVerdict => {
        if (result.verdict !== 'accepted') {
          return { index, outcome: result.verdict, messageId: null, reason: result.code };
        }
        const fate = fates.get(index) ?? STORAGE_REFUSED;
        return { index, messageId: result.message.messageId, ...fate };
      });
    },
  };
}

import type {
  GroupedRequest,
  IngestEnvelope,
  IngestOutcome,
  IngestPort,
  IngestVerdict,
  Json,
  KeyOutcome,
  KeyedMessage,
  MaskGate,
  NormalisedMessage,
  PlanCheck,
  PlanGate,
  PlanVerdict,
  RefusedItem,
  SourceId,
  StoreOutcome,
  SuppressionGate,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import {
  MASKED_FLAG,
  bodyHash,
  envelopeFault,
  isDeeperThan,
  maskCall,
  normaliseEvent,
  type NormaliseResult,
} from '@kohort/ingest-domain';
import { blockedItem, planCode } from './blocked-item';

/**
 * What accepting needs: the store, or better a committer before it (`groupCommit`). `dedupeDays` 1–30; without `plans`
 * nothing is held against a tracking plan.
 */
export interface AcceptEventsDeps {
  readonly store: { store(request: GroupedRequest): Promise<StoreOutcome> };
  readonly dedupeDays: number;
  readonly plans?: PlanGate;
  /** What of a source's messages is masked; nothing when absent. */
  readonly masks?: MaskGate;
  /** Asked of what a plan blocks: nothing of somebody who is suppressed is kept, in quarantine as little as anywhere. */
  readonly suppression?: SuppressionGate;
}

interface Target {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: SourceId;
  readonly receivedAt: number;
  /** Items that were refused before the store: they enter the ledger with the first transaction. */
  readonly refused: readonly RefusedItem[];
  /** The item of a place, as it would be sent again. */
  readonly payloadOf: PayloadOf;
}

/** `messageId`: the one to be sent along, so that an item without one is the same message each time. */
type PayloadOf = (index: number, messageId?: string) => string | null;

/** An item after the plan: what normalising made of it, and what the plan says. */
interface Judged {
  readonly result: NormaliseResult;
  readonly plan: PlanVerdict | null;
}
type Blocked = { readonly message: NormalisedMessage; readonly plan: PlanVerdict };

type Placed = { readonly index: number; readonly keyed: KeyedMessage };
type Fate = { readonly outcome: IngestOutcome; readonly reason: string | null };

/** The most messages of one transaction. */
const TRANSACTION_MESSAGES = 5_000;
/** Of one call so many refused items are kept; the rest are counted alone, so that nobody fills the disk with nonsense. */
const KEPT_ITEMS = 100;
/** Characters of a kept item. */
const KEPT_CHARS = 65_536;
/** Levels of nesting that a kept item may have: JSON is written with the call stack. */
const KEPT_LEVELS = 500;
const STORAGE_REFUSED: Fate = { outcome: 'quarantined', reason: 'storage_refused' };

const FATES: Readonly<Record<KeyOutcome, Fate>> = {
  stored: { outcome: 'stored', reason: null },
  duplicate: { outcome: 'duplicate', reason: null },
  duplicate_conflict: { outcome: 'duplicate', reason: 'duplicate_conflict' },
  suppressed: { outcome: 'suppressed', reason: null },
};

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRefusedByStore = (thrown: unknown): boolean => isAppError(thrown) && thrown.code === 'INGEST_STORE_REFUSED';

function refusal(refused: readonly RefusedItem[]): Pick<GroupedRequest, 'refused' | 'keep'> {
  const count = (verdict: RefusedItem['verdict']): number => refused.filter((item) => item.verdict === verdict).length;
  const counts = { rejected: count('rejected'), suppressed: 0, quarantined: count('quarantined') };
  // What a plan blocked would have been stored without it: all of it is kept, for the replay.
  const blocked = refused.filter((item) => item.plan !== undefined);
  const others = refused.filter((item) => item.plan === undefined);
  return { refused: counts, keep: [...blocked, ...others.slice(0, KEPT_ITEMS)] };
}

/**
 * Stores messages in one transaction; when the database refuses a value, halves the batch until the bad message is
 * alone and counts it as quarantined. One bad message never takes its neighbours along. Answers in the order of the messages.
 */
async function storePlaced(
  deps: AcceptEventsDeps,
  target: Target,
  placed: readonly Placed[],
): Promise<readonly Fate[]> {
  const { workspaceId, sourceId, receivedAt, refused, payloadOf } = target;
  const request = { workspaceId, sourceId, receivedAt, dedupeDays: deps.dedupeDays };
  try {
    const messages = placed.map(({ keyed }) => keyed);
    const { outcomes } = await deps.store.store({ ...request, messages, ...refusal(refused) });
    return placed.map((_one, i) => FATES[outcomes[i] ?? 'duplicate']);
  } catch (thrown) {
    if (!isRefusedByStore(thrown)) throw thrown;
  }
  const [only] = placed;
  if (placed.length === 1 && only) {
    const code = STORAGE_REFUSED.reason ?? '';
    const lost: RefusedItem = { verdict: 'quarantined', code, field: '', payload: payloadOf(only.index) };
    await deps.store.store({ ...request, messages: [], ...refusal([...refused, lost]) });
    return [STORAGE_REFUSED];
  }
  const middle = Math.ceil(placed.length / 2);
  const left = await storePlaced(deps, target, placed.slice(0, middle));
  const right = await storePlaced(deps, { ...target, refused: [] }, placed.slice(middle));
  return [...left, ...right];
}

function judge(result: NormaliseResult, check: PlanCheck | null): Judged {
  return { result, plan: check !== null && result.verdict === 'accepted' ? check(result.message) : null };
}

function blockedOf({ result, plan }: Judged): Blocked | null {
  return result.verdict === 'accepted' && plan?.action === 'block' ? { message: result.message, plan } : null;
}

/**
 * What the plan blocks of people on the suppression list goes to the store like everything else of theirs, which counts it
 * and keeps nothing: quarantine would keep it for weeks.
 */
async function withSuppressed(
  deps: AcceptEventsDeps,
  workspaceId: WorkspaceId,
  judged: readonly Judged[],
): Promise<readonly Judged[]> {
  if (!deps.suppression || !judged.some(({ plan }) => plan?.action === 'block')) return judged;
  const blocked = judged.flatMap((one) => blockedOf(one)?.message ?? []);
  const found = await deps.suppression.suppressed(workspaceId, blocked);
  const hidden = new Set(blocked.filter((_message, i) => found[i] === true));
  const isHidden = ({ result }: Judged): boolean => result.verdict === 'accepted' && hidden.has(result.message);
  return judged.map((one) => (isHidden(one) ? { ...one, plan: null } : one));
}

function placeMessages(judged: readonly Judged[]): Placed[] {
  const placed: Placed[] = [];
  judged.forEach(({ result, plan }, index) => {
    if (result.verdict !== 'accepted' || plan?.action === 'block') return;
    const { message } = result;
    const keyed = { message, bodyHash: bodyHash(message) };
    placed.push({ index, keyed: plan === null ? keyed : { ...keyed, plan } });
  });
  return placed;
}

/** What is kept of a refused item: itself and what its call said, unless it is too large or too deep to be written. */
function payloadReader(items: readonly Json[], envelope: IngestEnvelope): PayloadOf {
  const { sentAt, context, integrations } = envelope;
  return (index, messageId) => {
    const sent = items[index] ?? null;
    const item = messageId !== undefined && isObject(sent) ? { ...sent, messageId } : sent;
    const kept = { item, sentAt, context, integrations };
    if (isDeeperThan(kept, KEPT_LEVELS)) return null;
    const text = JSON.stringify(kept);
    return text.length <= KEPT_CHARS ? text : null;
  };
}

function refusedOf(judged: readonly Judged[], payloadOf: PayloadOf): RefusedItem[] {
  // Most calls have none, and nothing is made for them.
  if (judged.every(({ result, plan }) => result.verdict === 'accepted' && plan?.action !== 'block')) return [];
  return judged.flatMap((one, index) => {
    const blocked = blockedOf(one);
    if (blocked) {
      const { message, plan } = blocked;
      return [blockedItem(message, plan, payloadOf(index, message.messageId))];
    }
    if (one.result.verdict === 'accepted') return [];
    const { verdict, code, field } = one.result;
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
    const found = await storePlaced(deps, { ...target, refused }, chunk);
    chunk.forEach(({ index }, i) => fates.set(index, found[i] ?? STORAGE_REFUSED));
  }
  return fates;
}

function flagged(result: NormaliseResult): NormaliseResult {
  if (result.verdict !== 'accepted') return result;
  const { message } = result;
  return { ...result, message: { ...message, flags: [...message.flags, MASKED_FLAG] } };
}

/**
 * The way in for events over HTTP: normalises, stores once, accounts for every item.
 *
 * Promise   when it resolves, what is `stored` is committed with key, ledger and outbox row
 * Key       source + message id; an item without an id gets one that a byte-identical retry gets again
 * Size      any number of items; at most 5,000 messages a transaction; refused items are kept, 100 a call, and
 *           everything that a tracking plan blocked
 */
export function acceptEvents(deps: AcceptEventsDeps): IngestPort {
  return {
    async accept(origin, sent, said) {
      if (sent.length === 0) return [];
      const masking = (await deps.masks?.maskingOf(origin)) ?? null;
      const call = { items: sent, envelope: said };
      // Nothing behind this sees what was sent.
      const { items, envelope } = masking === null ? call : maskCall(call, masking);
      const { receivedAt, sentAt, context, integrations } = envelope;
      const fault = envelopeFault(envelope);
      const results = items.map((item, index) => {
        if (fault) return fault;
        const result = normaliseEvent(item, {
          sourceId: origin.sourceId,
          receivedAt,
          sentAt,
          batchContext: context,
          batchIntegrations: integrations,
          index,
        });
        return item === sent[index] ? result : flagged(result);
      });
      const check = (await deps.plans?.checkOf(origin)) ?? null;
      const planned = results.map((result) => judge(result, check));
      const judged = await withSuppressed(deps, origin.workspaceId, planned);
      const payloadOf = payloadReader(items, envelope);
      const target = { ...origin, receivedAt, payloadOf, refused: refusedOf(judged, payloadOf) };
      const fates = await settle(deps, target, placeMessages(judged));
      return judged.map((one, index): IngestVerdict => {
        const { result } = one;
        if (result.verdict !== 'accepted') {
          return { index, outcome: result.verdict, messageId: null, reason: result.code };
        }
        const { messageId } = result.message;
        const blocked = blockedOf(one);
        if (blocked) return { index, outcome: 'quarantined', messageId, reason: planCode(blocked.plan) };
        const { outcome, reason } = fates.get(index) ?? STORAGE_REFUSED;
        return { index, outcome, messageId, reason };
      });
    },
  };
}

import type { NormalisedMessage, PlanCheck, PlanVerdict, RefusedItem } from '@kohort/kernel-contracts';
import { refuseUnits, type ImportUnit } from '@kohort/ingest-domain';
import { blockedItem, planCode } from './blocked-item';

/** Units after the plan. */
export interface PlannedUnits {
  /** The same units; of those that the plan blocks the message is taken back. */
  readonly units: readonly ImportUnit[];
  /** The blocked messages, for quarantine. */
  readonly keep: readonly RefusedItem[];
  /** What the plan found in messages that are stored all the same. */
  readonly found: ReadonlyMap<NormalisedMessage, PlanVerdict>;
}

/** Characters of a kept message: of one that is larger only the reason is kept. */
const KEPT_CHARS = 65_536;

/** An imported message as a call would send it: what a replay sends through the door. */
function payloadOf(message: NormalisedMessage): string | null {
  const { type, name, messageId, userId, anonymousId, previousId, groupId, ts, properties, traits, context } = message;
  const ids = { userId, anonymousId, previousId, groupId };
  const timestamp = new Date(ts).toISOString();
  const item = {
    type,
    messageId,
    ...ids,
    timestamp,
    ...(type === 'track' ? { event: name } : {}),
    properties,
    traits,
    context,
  };
  const text = JSON.stringify({ item, sentAt: null, context: {}, integrations: {} });
  return text.length <= KEPT_CHARS ? text : null;
}

/** Holds the messages of an import against the approved plan. Null: there is none. */
export function planUnits(units: readonly ImportUnit[], check: PlanCheck | null): PlannedUnits {
  const found = new Map<NormalisedMessage, PlanVerdict>();
  if (check === null) return { units, keep: [], found };
  const keep: RefusedItem[] = [];
  const planned = refuseUnits(units, ({ message }) => {
    const plan = message ? check(message) : null;
    if (!message || !plan) return null;
    if (plan.action !== 'block') {
      found.set(message, plan);
      return null;
    }
    keep.push(blockedItem(message, plan, payloadOf(message)));
    return planCode(plan);
  });
  return { units: planned, keep, found };
}

import type { Identifier, IdentityLink, UnassignedEvent } from '@kohort/kernel-contracts';
import { compareCodePoints } from '../compare-code-points';
import { BRIDGE, type CompiledRules } from '../rules/compile-rules';
import { identifierKey } from '../rules/event-identifiers';

/** One key a pair of identifiers. Which of the two is `a` follows from the rules, so a pair has one key. */
export const linkKey = ({ a, b }: Pick<IdentityLink, 'a' | 'b'>): string =>
  `${identifierKey(a)}\u0001${identifierKey(b)}`;

/** Puts two identifiers in order of priority. */
export function pairOf(one: Identifier, other: Identifier, rules: CompiledRules): readonly [Identifier, Identifier] {
  const order =
    rules.rankOf(one.type) - rules.rankOf(other.type) ||
    compareCodePoints(one.type, other.type) ||
    compareCodePoints(one.value, other.value);
  return order <= 0 ? [one, other] : [other, one];
}

type Said = Pick<IdentityLink, 'at' | 'messageId' | 'eventId'>;

/** Order of two statements by time, then message id, then event id: it does not depend on arrival. */
export function compareSaid(x: Said, y: Said): number {
  return (
    x.at - y.at || compareCodePoints(x.messageId, y.messageId) || compareCodePoints(x.eventId ?? '', y.eventId ?? '')
  );
}

/** The order in which links are judged: by when they were first said, those of one event by priority of what they add. */
export function linkOrder(rules: CompiledRules): (x: IdentityLink, y: IdentityLink) => number {
  return (x, y) =>
    compareSaid(x, y) || rules.rankOf(x.b.type) - rules.rankOf(y.b.type) || compareCodePoints(linkKey(x), linkKey(y));
}

/** The links that an event speaks of: its first identifier with each of the others. */
export function linksOfEvent(event: UnassignedEvent, identifiers: readonly Identifier[]): readonly IdentityLink[] {
  const [a, ...others] = identifiers;
  if (!a) return [];
  const { ts: at, messageId, eventId } = event;
  return others.map((b) => ({
    a,
    b,
    at,
    messageId,
    eventId,
    cause: b.type === BRIDGE ? 'alias' : 'link',
    state: 'applied',
    reason: null,
  }));
}

import type { IdentityPlan, UnassignedEvent } from './ports/identity-plan';

/**
 * Trait of a person that no sender can set: the group ids of their `group` calls. Every value counts, not the latest
 * alone. As a trait it goes with its event when people are merged, unmerged or erased.
 */
export const GROUP_TRAIT = '$group';

/** Trait of an account that no sender can set: its group id, from the beginning of time. */
export const ACCOUNT_TRAIT = '$account';

/** Keys that are not shown among traits, nor taken from a sender. */
export const RESERVED_TRAITS: readonly string[] = [GROUP_TRAIT, ACCOUNT_TRAIT];

/** The traits that an event states of its person: those of a group call are about the account, but that it was made. */
export function traitsOfEvent(event: UnassignedEvent, profile: number): readonly IdentityPlan['traits'][number][] {
  const { eventId, messageId, ts: validFrom } = event;
  const stated: UnassignedEvent['traits'] =
    event.type !== 'group' ? event.traits : event.groupId === undefined ? {} : { [GROUP_TRAIT]: event.groupId };
  const traits: IdentityPlan['traits'][number][] = [];
  for (const key in stated) {
    if (!Object.hasOwn(stated, key) || (event.type !== 'group' && RESERVED_TRAITS.includes(key))) continue;
    traits.push({ profile, key, value: stated[key] ?? null, validFrom, messageId, eventId });
  }
  return traits;
}

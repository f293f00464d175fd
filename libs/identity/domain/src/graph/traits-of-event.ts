import type { IdentityPlan, UnassignedEvent } from '@kohort/kernel-contracts';

/** The traits that an event states of its person. */
export function traitsOfEvent(event: UnassignedEvent, profile: number): readonly IdentityPlan['traits'][number][] {
  // A group call's traits describe the group. Other calls carry traits when a mapping put them there.
  if (event.type === 'group') return [];
  const { eventId, messageId, ts: validFrom } = event;
  return Object.entries(event.traits).map(([key, value]) => ({ profile, key, value, validFrom, messageId, eventId }));
}

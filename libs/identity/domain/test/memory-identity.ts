import {
  eventIdSchema,
  profileIdSchema,
  type EventId,
  type KnownGraph,
  type KnownIdentifier,
  type KnownProfile,
  type ProfileId,
  type UnassignedEvent,
} from '@kohort/kernel-contracts';
import { identifierKey } from '../src/event-identifiers';
import { identifiersOf, resolveBatch } from '../src/resolve-batch';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const eventIdOf = (n: number): EventId => eventIdSchema.parse(uuid(n));

/** A message as the tests write it; the rest is filled in. */
export type Draft = Partial<UnassignedEvent> & { readonly n: number };

export function eventOf({ n, ...rest }: Draft): UnassignedEvent {
  return {
    eventId: eventIdOf(n),
    messageId: `m${n}`,
    type: 'track',
    userId: null,
    anonymousId: null,
    previousId: null,
    ts: n * 1000,
    receivedAt: 0,
    traits: {},
    ...rest,
  };
}

/** An identity store in memory that applies plans as the real one does. */
export class MemoryIdentity {
  private readonly profiles = new Map<ProfileId, KnownProfile>();
  private readonly identifiers = new Map<string, KnownIdentifier>();
  readonly owners = new Map<EventId, ProfileId>();
  merges = 0;

  apply(events: readonly UnassignedEvent[]): void {
    const fresh = events.filter((event) => !this.owners.has(event.eventId));
    const plan = resolveBatch(fresh, this.known(fresh));
    const ids = plan.profiles.map((profile) => {
      const id = profile.id ?? profileIdSchema.parse(uuid(1_000_000 + this.profiles.size + this.merges));
      this.profiles.set(id, {
        id,
        canonicalId: profile.canonicalId,
        canonicalType: 'anonymous_id',
        firstSeenAt: profile.firstSeenAt,
        lastSeenAt: profile.lastSeenAt,
      });
      return id;
    });
    const at = (index: number): ProfileId => ids[index] ?? profileIdSchema.parse(uuid(0));
    for (const { type, value, profile } of plan.identifiers) {
      this.identifiers.set(identifierKey({ type, value }), { type, value, profileId: at(profile) });
    }
    for (const { survivor, absorbed } of plan.merges) this.absorb(absorbed, at(survivor));
    for (const { event, profile } of plan.assignments) this.owners.set(event.eventId, at(profile));
    this.nameProfiles();
  }

  /** Canonical id of each event's person. */
  people(): Map<EventId, string> {
    return new Map([...this.owners].map(([event, owner]) => [event, this.profiles.get(owner)?.canonicalId ?? '?']));
  }

  profileCount(): number {
    return this.profiles.size;
  }

  private known(events: readonly UnassignedEvent[]): KnownGraph {
    const identifiers = identifiersOf(events).flatMap((wanted) => this.identifiers.get(identifierKey(wanted)) ?? []);
    const owners = new Set(identifiers.map((identifier) => identifier.profileId));
    return { identifiers, profiles: [...owners].flatMap((owner) => this.profiles.get(owner) ?? []) };
  }

  private absorb(absorbed: ProfileId, survivor: ProfileId): void {
    this.merges += 1;
    this.profiles.delete(absorbed);
    for (const [key, identifier] of this.identifiers) {
      if (identifier.profileId === absorbed) this.identifiers.set(key, { ...identifier, profileId: survivor });
    }
    for (const [event, owner] of this.owners) if (owner === absorbed) this.owners.set(event, survivor);
  }

  private nameProfiles(): void {
    for (const profile of this.profiles.values()) {
      const own = [...this.identifiers.values()].filter((one) => one.profileId === profile.id);
      const isUser = own.some((one) => one.type === 'user_id' && one.value === profile.canonicalId);
      this.profiles.set(profile.id, { ...profile, canonicalType: isUser ? 'user_id' : 'anonymous_id' });
    }
  }
}

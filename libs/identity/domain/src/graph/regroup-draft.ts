import {
  traitsOfEvent,
  type ClosureProfile,
  type EventId,
  type IdentityPlan,
  type OwnedEvent,
  type PlannedProfile,
  type RegroupPlan,
  type UnassignedEvent,
} from '@kohort/kernel-contracts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What happens to the events, counted up. */
export class RegroupDraft {
  private readonly assignments: IdentityPlan['assignments'][number][] = [];
  private readonly traits: IdentityPlan['traits'][number][] = [];
  private readonly reassigned: RegroupPlan['reassigned'][number][] = [];
  private unidentified = 0;

  constructor(private readonly profiles: readonly Writable<PlannedProfile>[]) {}

  private see(index: number, from: number, to: number): void {
    const profile = this.profiles[index];
    if (!profile) return;
    profile.firstSeenAt = Math.min(profile.firstSeenAt, from);
    profile.lastSeenAt = Math.max(profile.lastSeenAt, to);
  }

  assign(event: UnassignedEvent, profile: number | null): void {
    if (profile === null) {
      this.unidentified += 1;
      return;
    }
    this.see(profile, event.ts, event.ts);
    this.assignments.push({ event, profile });
    this.traits.push(...traitsOfEvent(event, profile));
  }

  reassign(event: OwnedEvent, to: number | null): void {
    if (to !== null) {
      this.see(to, event.ts, event.ts);
      if (this.profiles[to]?.id === event.profileId) return;
    }
    this.reassigned.push({ event, to });
  }

  widen(index: number, by: ClosureProfile | undefined): void {
    if (by) this.see(index, by.firstSeenAt, by.lastSeenAt);
  }

  result(): Pick<RegroupPlan, 'profiles' | 'assignments' | 'traits' | 'reassigned' | 'unidentified'> {
    const { profiles, assignments, traits, reassigned, unidentified } = this;
    return { profiles, assignments, traits, reassigned, unidentified };
  }
}

/** Order of events by time, message id and event id. */
export function byTime(a: UnassignedEvent, b: UnassignedEvent): number {
  return (
    a.ts - b.ts || (a.messageId < b.messageId ? -1 : a.messageId > b.messageId ? 1 : compareIds(a.eventId, b.eventId))
  );
}

const compareIds = (a: EventId, b: EventId): number => (a < b ? -1 : a > b ? 1 : 0);

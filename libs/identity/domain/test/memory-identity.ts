import {
  eventIdSchema,
  profileIdSchema,
  type ClosureProfile,
  type EventId,
  type Identifier,
  type IdentityClosure,
  type IdentityLink,
  type IdentityPlan,
  type IdentityRules,
  type KnownGraph,
  type KnownIdentifier,
  type ProfileId,
  type RegroupPlan,
  type UnassignedEvent,
} from '@kohort/kernel-contracts';
import { compareNames } from '../src/graph/canonical-name';
import { History } from '../src/graph/history';
import { linkKey, pairOf } from '../src/graph/link-order';
import { Grouping } from '../src/graph/regroup';
import { identityDecision } from '../src/graph/resolve-batch';
import { CompiledRules } from '../src/rules/compile-rules';
import { identifierKey } from '../src/rules/event-identifiers';
import { DEFAULT_RULES } from '../src/rules/identity-rules';

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
  readonly profiles = new Map<ProfileId, ClosureProfile>();
  readonly identifiers = new Map<string, KnownIdentifier>();
  readonly links = new Map<string, IdentityLink>();
  readonly owners = new Map<EventId, ProfileId>();
  readonly log: {
    readonly kind: string;
    readonly absorbed: ProfileId;
    readonly link: readonly [Identifier, Identifier];
  }[] = [];
  /** How many batches needed the whole picture. */
  regrouped = 0;
  private readonly events = new Map<EventId, UnassignedEvent>();
  private made = 0;

  constructor(private rules: IdentityRules = DEFAULT_RULES) {}

  apply(events: readonly UnassignedEvent[]): void {
    const decision = identityDecision(this.rules);
    const fresh = [...new Map(events.map((event) => [event.eventId, event])).values()].filter(
      (event) => !this.owners.has(event.eventId) && !this.events.has(event.eventId),
    );
    for (const event of fresh) this.events.set(event.eventId, event);
    const wanted = decision.identifiersOf(fresh);
    const known = this.known(wanted);
    const plan = this.isOpen(wanted, known) ? null : decision.decide(fresh, known);
    if (plan) this.write(plan);
    else this.regroup(fresh, wanted);
  }

  /** Takes the link of a merge back, for good. */
  bar(link: readonly [Identifier, Identifier]): void {
    const [a, b] = pairOf(link[0], link[1], new CompiledRules(this.rules));
    const key = linkKey({ a, b });
    const before = this.links.get(key);
    const at = Math.max(this.firstSeen(a), this.firstSeen(b));
    const said = before ?? { a, b, at, messageId: '', eventId: null, cause: 'link' as const };
    this.links.set(key, { ...said, state: 'barred', reason: null });
    this.regroup([], [a, b]);
  }

  /** Joins two identifiers by a person's word. */
  join(one: Identifier, other: Identifier, at: number): void {
    const [a, b] = pairOf(one, other, new CompiledRules(this.rules));
    const link: IdentityLink = {
      a,
      b,
      at,
      messageId: '',
      eventId: null,
      cause: 'manual',
      state: 'applied',
      reason: null,
    };
    this.links.set(linkKey(link), link);
    this.regroup([], [a, b]);
  }

  /** Makes everybody anew under other rules, from the events alone. */
  rebuild(rules: IdentityRules): void {
    this.rules = rules;
    const history = new History(new CompiledRules(rules), [...this.links.values()]);
    for (const event of this.events.values()) history.observe(event);
    const grouping = new Grouping(
      { book: history.book, profiles: [...this.profiles.values()], owners: [...this.identifiers.values()], stored: [] },
      history.rules,
      history.settle(),
    );
    const { plan, targetOf } = grouping.rebuild();
    this.links.clear();
    const ids = this.write(plan);
    for (const event of this.events.values()) {
      const to = targetOf(event);
      const id = to === null ? undefined : ids[to];
      if (id === undefined) this.owners.delete(event.eventId);
      else this.owners.set(event.eventId, id);
    }
  }

  /** Canonical id of each event's person. */
  people(): Map<EventId, string> {
    return new Map([...this.owners].map(([event, owner]) => [event, this.profiles.get(owner)?.canonicalId ?? '?']));
  }

  /** Everything that the set of events decides: whose identifiers and events belong together, under which name. */
  picture(): unknown {
    const named = new Map([...this.profiles.values()].map((profile) => [profile.id, profile]));
    const rows = [...this.identifiers.values()].map(({ type, value, profileId, firstSeenAt }) => [
      `${type}:${value}`,
      named.get(profileId)?.canonicalId,
      firstSeenAt,
    ]);
    const spans = [...named.values()]
      .filter(({ mergedInto }) => mergedInto === null)
      .map((profile) => `${profile.canonicalId} ${profile.firstSeenAt} ${profile.lastSeenAt}`);
    return {
      people: [...this.people()].sort(([a], [b]) => (a < b ? -1 : 1)),
      identifiers: rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      spans: spans.sort(),
    };
  }

  profileCount(): number {
    return [...this.profiles.values()].filter(({ mergedInto }) => mergedInto === null).length;
  }

  private firstSeen(identifier: Identifier): number {
    return this.identifiers.get(identifierKey(identifier))?.firstSeenAt ?? 0;
  }

  private known(wanted: readonly Identifier[]): KnownGraph {
    const found = wanted.flatMap((one) => this.identifiers.get(identifierKey(one)) ?? []);
    const owners = new Set(found.map((identifier) => identifier.profileId));
    return {
      identifiers: [...this.identifiers.values()].filter(({ profileId }) => owners.has(profileId)),
      profiles: [...owners].flatMap((owner) => this.profiles.get(owner) ?? []),
    };
  }

  private isOpen(wanted: readonly Identifier[], known: KnownGraph): boolean {
    const keys = new Set([...wanted, ...known.identifiers].map(identifierKey));
    return [...this.links.values()].some(
      ({ a, b, state }) => state !== 'applied' && (keys.has(identifierKey(a)) || keys.has(identifierKey(b))),
    );
  }

  /** People whom links of any state connect with these identifiers. */
  private closure(wanted: readonly Identifier[]): IdentityClosure {
    const keys = new Set(wanted.map(identifierKey));
    const owners = new Set<ProfileId>();
    for (let before = -1; before !== keys.size;) {
      before = keys.size;
      for (const key of keys) {
        const owner = this.identifiers.get(key)?.profileId;
        if (owner !== undefined) owners.add(owner);
      }
      for (const [key, { profileId }] of this.identifiers) if (owners.has(profileId)) keys.add(key);
      for (const { a, b } of this.links.values()) {
        const [x, y] = [identifierKey(a), identifierKey(b)];
        if (keys.has(x) || keys.has(y)) keys.add(x).add(y);
      }
    }
    return {
      profiles: [...this.profiles.values()].filter(
        ({ id, mergedInto }) => owners.has(id) || (mergedInto !== null && owners.has(mergedInto)),
      ),
      identifiers: [...this.identifiers].flatMap(([key, one]) => (keys.has(key) ? [one] : [])),
      links: [...this.links.values()].filter(({ a, b }) => keys.has(identifierKey(a)) || keys.has(identifierKey(b))),
    };
  }

  private regroup(fresh: readonly UnassignedEvent[], wanted: readonly Identifier[]): void {
    this.regrouped += 1;
    const { splits, plan } = identityDecision(this.rules).regroup(fresh, this.closure(wanted));
    const owned = [...this.owners].flatMap(([eventId, profileId]) => {
      const event = this.events.get(eventId);
      return event && splits.includes(profileId) ? [{ ...event, profileId }] : [];
    });
    this.write(plan(owned));
  }

  private write(plan: IdentityPlan | RegroupPlan): readonly ProfileId[] {
    const regrouping = 'moves' in plan ? plan : null;
    const ids = plan.profiles.map((planned) => {
      const id = planned.id ?? profileIdSchema.parse(uuid(1_000_000 + this.made++));
      const { canonicalId, firstSeenAt, lastSeenAt } = planned;
      this.profiles.set(id, { id, canonicalId, canonicalType: '', firstSeenAt, lastSeenAt, mergedInto: null });
      return id;
    });
    const at = (index: number): ProfileId => ids[index] ?? profileIdSchema.parse(uuid(0));
    for (const { survivor, absorbed, link } of plan.merges) {
      this.log.push({ kind: 'merged', absorbed, link });
      this.absorb(absorbed, at(survivor));
    }
    for (const { type, value, profile, firstSeenAt } of plan.identifiers) {
      this.identifiers.set(identifierKey({ type, value }), { type, value, profileId: at(profile), firstSeenAt });
    }
    for (const { type, value, firstSeenAt } of plan.earlier) this.change({ type, value }, { firstSeenAt });
    for (const link of plan.links) {
      const before = this.links.get(linkKey(link));
      if (!before || link.at < before.at)
        this.links.set(linkKey(link), { ...(before ?? link), at: link.at, messageId: link.messageId });
    }
    if (regrouping) this.writeRegrouping(regrouping, at);
    for (const { event, profile } of plan.assignments) this.owners.set(event.eventId, at(profile));
    this.nameProfiles();
    return ids;
  }

  private writeRegrouping(plan: RegroupPlan, at: (index: number) => ProfileId): void {
    for (const { type, value, profile } of plan.moves) this.change({ type, value }, { profileId: at(profile) });
    for (const identifier of plan.dropped) this.identifiers.delete(identifierKey(identifier));
    for (const { event, to } of plan.reassigned) {
      if (to === null) this.owners.delete(event.eventId);
      else this.owners.set(event.eventId, at(to));
    }
    for (const { profileId, into } of plan.pointers) {
      const profile = this.profiles.get(profileId);
      if (profile) this.profiles.set(profileId, { ...profile, mergedInto: into === null ? profileId : at(into) });
    }
    for (const link of plan.changed) this.links.set(linkKey(link), link);
  }

  private change(identifier: Identifier, to: Partial<KnownIdentifier>): void {
    const before = this.identifiers.get(identifierKey(identifier));
    if (before) this.identifiers.set(identifierKey(identifier), { ...before, ...to });
  }

  private absorb(absorbed: ProfileId, survivor: ProfileId): void {
    for (const [id, profile] of this.profiles) {
      if (id === absorbed || profile.mergedInto === absorbed)
        this.profiles.set(id, { ...profile, mergedInto: survivor });
    }
    for (const [key, identifier] of this.identifiers) {
      if (identifier.profileId === absorbed) this.identifiers.set(key, { ...identifier, profileId: survivor });
    }
    for (const [event, owner] of this.owners) if (owner === absorbed) this.owners.set(event, survivor);
  }

  private nameProfiles(): void {
    for (const profile of this.profiles.values()) {
      const own = [...this.identifiers.values()].filter((one) => one.profileId === profile.id);
      const named = own
        .filter((one) => one.value === profile.canonicalId && one.type !== 'previous_id')
        .sort(compareNames);
      this.profiles.set(profile.id, { ...profile, canonicalType: named[0]?.type ?? 'anonymous_id' });
    }
  }
}

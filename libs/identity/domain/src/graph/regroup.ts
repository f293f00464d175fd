import type {
  ClosureProfile,
  Identifier,
  IdentityClosure,
  IdentityLink,
  IdentityPlan,
  OwnedEvent,
  PlannedMerge,
  PlannedProfile,
  ProfileId,
  Regroup,
  RegroupPlan,
  UnassignedEvent,
} from '@kohort/kernel-contracts';
import type { CompiledRules } from '../rules/compile-rules';
import { identifierKey, identifiersOfEvent } from '../rules/event-identifiers';
import { betterName, compareNames, nameOf, type CanonicalName } from './canonical-name';
import { betterProfile } from './identity-graph';
import type { World } from './history';
import { LinkBook } from './link-book';
import { linkKey } from './link-order';
import { mergeCauses } from './merge-causes';
import { partition, type Partition } from './partition';
import { RegroupDraft, byTime } from './regroup-draft';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What is given to a grouping: the book of what was said, and who stands where now. */
export interface Standing {
  readonly book: LinkBook;
  readonly profiles: readonly ClosureProfile[];
  /** Identifiers as they are owned now, in no particular order. */
  readonly owners: IdentityClosure['identifiers'];
  /** Links as they are stored. */
  readonly stored: IdentityClosure['links'];
}

/** One person of the new grouping. */
interface Person {
  readonly group: number;
  readonly planned: Writable<PlannedProfile>;
  readonly isRevived: boolean;
}

/** Everybody made anew: where everybody goes, why, and by which links. */
export interface Remade {
  readonly plan: RegroupPlan;
  /** Profiles that go into others as a whole. */
  readonly merged: readonly PlannedMerge[];
  readonly links: readonly IdentityLink[];
  /** The place in the plan's profiles of the person that has an identifier. */
  placeOf(identifier: Identifier): number | null;
  targetOf(event: UnassignedEvent): number | null;
}

/** Who is where. */
interface Settled {
  readonly persons: readonly Person[];
  readonly homes: ReadonlyMap<ProfileId, number | null>;
  readonly at: (group: number | null) => number | null;
}

/**
 * People made anew from what was said, against how they stand: who keeps which profile, what moves. A person exists by
 * events: a group of identifiers that no event counts for is nobody.
 */
export class Grouping {
  readonly partition: Partition;
  readonly splits: readonly ProfileId[];
  private readonly apart: ReadonlySet<ProfileId>;
  private readonly live: readonly ClosureProfile[];
  private readonly held = new Map<ProfileId, Identifier[]>();
  private known: Set<number | undefined> | null = null;

  constructor(
    private readonly standing: Standing,
    private readonly rules: CompiledRules,
    /** The whole history: then everybody is looked at event by event. */
    private readonly world: World | null = null,
  ) {
    this.partition = world?.partition ?? partition(standing.book, rules);
    for (const { type, value, profileId } of standing.owners) {
      const own = this.held.get(profileId);
      if (own) own.push({ type, value });
      else this.held.set(profileId, [{ type, value }]);
    }
    for (const own of this.held.values()) own.sort(compareNames);
    this.live = standing.profiles.filter(({ mergedInto }) => mergedInto === null);
    const splits = world ? this.live : this.live.filter(({ id }) => this.groupsHeldBy(id).size !== 1);
    this.splits = splits.map(({ id }) => id);
    this.apart = new Set(this.splits);
  }

  /** The groups that a profile's identifiers are in now; undefined stands for those that nobody mentions any more. */
  private groupsHeldBy(id: ProfileId): ReadonlySet<number | undefined> {
    return new Set((this.held.get(id) ?? []).map((identifier) => this.partition.groupOf(identifier)));
  }

  /** The group whose person an event counts for. */
  groupOfEvent(event: UnassignedEvent): number | undefined {
    const [first] = identifiersOfEvent(event, this.rules);
    return first && this.partition.groupOf(first);
  }

  /** Whether somebody who is known, or whom one of the events makes, is in the group that the event would count for. */
  isKnown(event: UnassignedEvent, events: readonly UnassignedEvent[]): boolean {
    if (this.known === null) {
      const owned = this.standing.owners.map((identifier) => this.partition.groupOf(identifier));
      const made = events.filter(({ knownOnly }) => !knownOnly).map((one) => this.groupOfEvent(one));
      this.known = new Set([...owned, ...made]);
      this.known.delete(undefined);
    }
    return this.known.has(this.groupOfEvent(event));
  }

  private aliveGroups(events: readonly UnassignedEvent[]): ReadonlySet<number> {
    if (this.world) return new Set(this.world.people.keys());
    const alive = new Set<number>();
    for (const { id } of this.live) {
      const [group] = this.groupsHeldBy(id);
      if (!this.apart.has(id) && group !== undefined) alive.add(group);
    }
    for (const event of events) {
      const group = event.knownOnly ? undefined : this.groupOfEvent(event);
      if (group !== undefined) alive.add(group);
    }
    return alive;
  }

  /** Where a profile goes: with the best of its identifiers that is still somebody's. */
  private homeOf(id: ProfileId, alive: ReadonlySet<number>): number | null {
    for (const identifier of this.held.get(id) ?? []) {
      const group = this.partition.groupOf(identifier);
      if (group !== undefined && alive.has(group)) return group;
    }
    return null;
  }

  /** The group of the name that a profile went by before it was merged away. */
  private formerHomeOf({ canonicalId: value }: ClosureProfile): number | undefined {
    for (const type of ['user_id', 'anonymous_id', ...this.rules.types]) {
      const group = this.partition.groupOf({ type, value });
      if (group !== undefined) return group;
    }
    return undefined;
  }

  private personOf(group: number, homes: readonly ClosureProfile[], former: readonly ClosureProfile[]): Person {
    const choose = (profiles: readonly ClosureProfile[]): ClosureProfile | undefined =>
      profiles.reduce<ClosureProfile | undefined>(
        (best, one) => (best && betterProfile(best, one) === best ? best : one),
        undefined,
      );
    const kept = choose(homes);
    const stays = kept ?? choose(former);
    const isWhole = kept !== undefined && !this.apart.has(kept.id);
    const name = (this.partition.groups[group] ?? []).reduce<CanonicalName | null>(
      (best, identifier) => betterName(best, nameOf(identifier)),
      null,
    );
    const span = this.world?.people.get(group);
    const planned = {
      id: stays?.id ?? null,
      canonicalId: name?.value ?? '',
      // Of one that is taken apart the events say it anew.
      firstSeenAt: span?.first ?? (isWhole ? kept.firstSeenAt : Infinity),
      lastSeenAt: span?.last ?? (isWhole ? kept.lastSeenAt : -Infinity),
    };
    return { group, planned, isRevived: stays !== undefined && kept === undefined };
  }

  /** Everybody of the new grouping, by group. */
  private people(alive: ReadonlySet<number>): {
    readonly persons: readonly Person[];
    readonly homes: ReadonlyMap<ProfileId, number | null>;
  } {
    const homes = new Map(this.live.map(({ id }) => [id, this.homeOf(id, alive)]));
    const settled = new Map<number, ClosureProfile[]>();
    const former = new Map<number, ClosureProfile[]>();
    const put = (map: Map<number, ClosureProfile[]>, group: number, profile: ClosureProfile): void => {
      const list = map.get(group);
      if (list) list.push(profile);
      else map.set(group, [profile]);
    };
    for (const profile of this.standing.profiles) {
      const home = profile.mergedInto === null ? homes.get(profile.id) : this.formerHomeOf(profile);
      if (home !== undefined && home !== null) put(profile.mergedInto === null ? settled : former, home, profile);
    }
    const persons = [...alive]
      .sort((a, b) => a - b)
      .map((group) => this.personOf(group, settled.get(group) ?? [], former.get(group) ?? []));
    return { persons, homes };
  }

  /** The plan, given the new events and those that the split profiles have. */
  plan(events: readonly UnassignedEvent[], owned: readonly OwnedEvent[]): RegroupPlan {
    const alive = this.aliveGroups([...events, ...owned]);
    const { persons, homes } = this.people(alive);
    const place = new Map(persons.map(({ group }, index) => [group, index]));
    const at = (group: number | undefined | null): number | null =>
      group === undefined || group === null ? null : (place.get(group) ?? null);
    const draft = new RegroupDraft(persons.map(({ planned }) => planned));
    for (const event of events) draft.assign(event, at(this.groupOfEvent(event)));
    for (const event of owned) draft.reassign(event, at(this.groupOfEvent(event)));
    const merges = this.mergesOf(persons, homes, at);
    const profiles = new Map(this.live.map((profile) => [profile.id, profile]));
    for (const { survivor, absorbed } of merges) draft.widen(survivor, profiles.get(absorbed));
    return {
      ...draft.result(),
      ...this.identifierChanges(persons, at),
      merges,
      links: [],
      revived: persons.flatMap(({ planned, isRevived }) => (isRevived && planned.id ? [planned.id] : [])),
      pointers: this.pointersOf(persons, homes, at),
      changed: this.changedLinks(),
    };
  }

  /** Where everybody goes by the whole history; the events follow one by one. */
  rebuild(): Remade {
    const plan = this.plan([], []);
    const { persons, homes } = this.people(this.aliveGroups([]));
    const place = new Map(persons.map(({ group }, index) => [group, index]));
    const at = (group: number | null): number | null => (group === null ? null : (place.get(group) ?? null));
    return {
      plan,
      merged: this.absorbedInto(this.live, { persons, homes, at }),
      links: this.partition.links.map(({ link }) => link),
      placeOf: (identifier) => at(this.partition.groupOf(identifier) ?? null),
      targetOf: (event) => at(this.groupOfEvent(event) ?? null),
    };
  }

  private mergesOf(
    persons: readonly Person[],
    homes: ReadonlyMap<ProfileId, number | null>,
    at: (group: number | null) => number | null,
  ): readonly PlannedMerge[] {
    const whole = this.live.filter(({ id }) => !this.apart.has(id));
    return this.absorbedInto(whole, { persons, homes, at });
  }

  private absorbedInto(profiles: readonly ClosureProfile[], { persons, homes, at }: Settled): readonly PlannedMerge[] {
    const absorbed = profiles.filter(({ id }) => {
      const index = at(homes.get(id) ?? null);
      return index !== null && persons[index]?.planned.id !== id;
    });
    if (absorbed.length === 0) return [];
    const causes = mergeCauses(this.partition, this.live, (id) =>
      (this.held.get(id) ?? []).filter((identifier) => this.partition.groupOf(identifier) === homes.get(id)),
    );
    return absorbed.flatMap(({ id }) => {
      const survivor = at(homes.get(id) ?? null);
      const cause = causes.get(id);
      return survivor === null || !cause ? [] : [{ survivor, ...cause }];
    });
  }

  private identifierChanges(
    persons: readonly Person[],
    at: (group: number | undefined) => number | null,
  ): Pick<RegroupPlan, 'identifiers' | 'earlier' | 'moves' | 'dropped'> {
    const owners = new Map(this.standing.owners.map((one) => [identifierKey(one), one]));
    const identifiers: Writable<IdentityPlan['identifiers'][number]>[] = [];
    const earlier: Writable<IdentityPlan['earlier'][number]>[] = [];
    const moves: Writable<RegroupPlan['moves'][number]>[] = [];
    for (const { identifier, at: firstSeenAt } of this.standing.book.identifiers()) {
      const profile = at(this.partition.groupOf(identifier));
      const owner = owners.get(identifierKey(identifier));
      if (profile === null) continue;
      if (!owner) {
        identifiers.push({ ...identifier, profile, firstSeenAt });
        continue;
      }
      if (firstSeenAt < owner.firstSeenAt) earlier.push({ ...identifier, firstSeenAt });
      // Those of a profile that goes elsewhere as a whole go with it.
      if (this.apart.has(owner.profileId) && persons[profile]?.planned.id !== owner.profileId) {
        moves.push({ ...identifier, profile });
      }
    }
    const dropped = this.standing.owners
      .filter((owner) => at(this.partition.groupOf(owner)) === null)
      .map(({ type, value }) => ({ type, value }));
    return { identifiers, earlier, moves, dropped };
  }

  /** Where profiles that stand no more point to: taken apart with nothing left to them, or merged away before. */
  private pointersOf(
    persons: readonly Person[],
    homes: ReadonlyMap<ProfileId, number | null>,
    at: (group: number | undefined | null) => number | null,
  ): RegroupPlan['pointers'] {
    return this.standing.profiles.flatMap((profile) => {
      const isLive = profile.mergedInto === null;
      if (isLive && !this.apart.has(profile.id)) return [];
      const into = at(isLive ? homes.get(profile.id) : this.formerHomeOf(profile));
      const target = into === null ? null : (persons[into]?.planned.id ?? null);
      if (into !== null && target === profile.id) return [];
      if (!isLive && into !== null && target === profile.mergedInto) return [];
      return [{ profileId: profile.id, into }];
    });
  }

  private changedLinks(): RegroupPlan['changed'] {
    const stored = new Map(this.standing.stored.map((link) => [linkKey(link), link]));
    return this.partition.links.flatMap(({ link }) => {
      const before = stored.get(linkKey(link));
      const isSame =
        before !== undefined &&
        before.state === link.state &&
        before.reason === link.reason &&
        before.at === link.at &&
        before.eventId === link.eventId;
      return isSame ? [] : [link];
    });
  }
}

function groupingOf(events: readonly UnassignedEvent[], closure: IdentityClosure, rules: CompiledRules): Grouping {
  const book = new LinkBook();
  for (const { type, value, firstSeenAt } of closure.identifiers) book.mention({ type, value }, firstSeenAt);
  for (const link of closure.links) book.say(link);
  for (const event of events) book.observe(event, identifiersOfEvent(event, rules));
  const { profiles, identifiers: owners, links: stored } = closure;
  return new Grouping({ book, profiles, owners, stored }, rules);
}

/**
 * Makes some people anew, with what new events say of them. Events that make nobody and find nobody say nothing.
 *
 * Shape   closure: everybody whom a link of any state connects with the events' identifiers, whole
 * Cost    O(n log n) for n links and identifiers of the closure; the events of people who are taken apart
 */
export function regroup(events: readonly UnassignedEvent[], closure: IdentityClosure, rules: CompiledRules): Regroup {
  const first = groupingOf(events, closure, rules);
  const heard = events.filter((event) => !event.knownOnly || first.isKnown(event, events));
  const grouping = heard.length === events.length ? first : groupingOf(heard, closure, rules);
  const unheard = events.length - heard.length;
  return {
    splits: grouping.splits,
    plan: (owned) => {
      const plan = grouping.plan([...heard].sort(byTime), owned);
      return { ...plan, unidentified: plan.unidentified + unheard };
    },
  };
}

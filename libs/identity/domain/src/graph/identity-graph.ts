import type { EventId, Identifier, KnownProfile, LinkCause, ProfileId } from '@kohort/kernel-contracts';
import { identifierKey } from '../rules/event-identifiers';
import { betterName, compareNames, nameOf, type CanonicalName } from './canonical-name';

/** Why a known profile is absorbed: the event that joined it with a better-named one. */
export interface MergeCause {
  readonly absorbed: ProfileId;
  readonly eventId: EventId | null;
  readonly reason: LinkCause;
  readonly link: readonly [Identifier, Identifier];
}

interface Component {
  readonly members: number;
  readonly name: CanonicalName | null;
  /** Of the known profiles in it the one that stays. */
  readonly survivor: KnownProfile | null;
}

/** Of two profiles the one that stays: the one with the better name. */
export function betterProfile(a: KnownProfile, b: KnownProfile): KnownProfile {
  const order = compareNames(
    { type: a.canonicalType, value: a.canonicalId },
    { type: b.canonicalType, value: b.canonicalId },
  );
  return order < 0 || (order === 0 && a.id < b.id) ? a : b;
}

/**
 * Identifiers joined into people: a disjoint-set forest whose roots know their name and, of the profiles that already
 * exist, the one that stays. Joining is commutative, so the partition is a function of the set of joins.
 */
export class IdentityGraph {
  private readonly parents: number[] = [];
  private readonly components: Component[] = [];
  private readonly places = new Map<string, number>();
  private readonly profilePlaces = new Map<ProfileId, number>();
  readonly merges: MergeCause[] = [];

  placeOf(identifier: Identifier): number | undefined {
    return this.places.get(identifierKey(identifier));
  }

  /** Adds an identifier; the place of the one that is there already. */
  add(identifier: Identifier): number {
    const key = identifierKey(identifier);
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const place = this.node({ members: 1, name: nameOf(identifier), survivor: null });
    this.places.set(key, place);
    return place;
  }

  /** Adds a profile that exists, with the name it goes by. */
  addProfile(profile: KnownProfile): number {
    const name: CanonicalName = { type: profile.canonicalType, value: profile.canonicalId };
    const place = this.node({ members: 1, name, survivor: profile });
    this.profilePlaces.set(profile.id, place);
    return place;
  }

  /** The profile that stands for a known one now: itself, or the one that absorbed it. */
  survivorOf(profileId: ProfileId): ProfileId | null {
    const place = this.profilePlaces.get(profileId);
    return place === undefined ? null : (this.component(place).survivor?.id ?? null);
  }

  rootOf(place: number): number {
    let root = place;
    while (this.parents[root] !== root) root = this.parents[root] ?? root;
    for (let at = place; at !== root;) {
      const next = this.parents[at] ?? root;
      this.parents[at] = root;
      at = next;
    }
    return root;
  }

  component(place: number): Component {
    return this.components[this.rootOf(place)] ?? { members: 0, name: null, survivor: null };
  }

  /** Joins two; when both hold an existing profile, one of them is absorbed because of `cause`. */
  join(a: number, b: number, cause: Omit<MergeCause, 'absorbed'> | null): void {
    const [x, y] = [this.rootOf(a), this.rootOf(b)];
    if (x === y) return;
    const [left, right] = [this.component(x), this.component(y)];
    let survivor = left.survivor ?? right.survivor;
    if (left.survivor && right.survivor && left.survivor.id !== right.survivor.id) {
      survivor = betterProfile(left.survivor, right.survivor);
      const absorbed = survivor.id === left.survivor.id ? right.survivor.id : left.survivor.id;
      if (cause) this.merges.push({ absorbed, ...cause });
    }
    const name = betterName(left.name, right.name);
    const [root, child] = left.members >= right.members ? [x, y] : [y, x];
    this.parents[child] = root;
    this.components[root] = { members: left.members + right.members, name, survivor };
  }

  private node(component: Component): number {
    const place = this.parents.length;
    this.parents.push(place);
    this.components.push(component);
    return place;
  }
}

import type {
  ClosureProfile,
  EventId,
  Identifier,
  IdentityLink,
  IdentityStanding,
  PlannedProfile,
  ProfileId,
  RebuildPart,
} from '@kohort/kernel-contracts';
import { identifierKey } from '../rules/event-identifiers';
import type { ContactBook } from './history-slice';
import { linkKey } from './link-order';
import type { Remade } from './regroup';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Draft = Writable<Omit<RebuildPart, 'size'>> & { size: { events: number; rows: number } };

/** What a rebuilding is held against. */
export interface PartsFrom {
  readonly standing: IdentityStanding;
  readonly contacts: ContactBook;
  readonly unowned: ReadonlyMap<EventId, Identifier>;
}

/** Persons and profiles, joined where something goes from one to the other. */
class Ties {
  private readonly parents: number[];
  private readonly places = new Map<ProfileId, number>();

  constructor(profiles: readonly PlannedProfile[]) {
    this.parents = profiles.map((_, place) => place);
    profiles.forEach(({ id }, place) => void (id !== null && this.places.set(id, place)));
  }

  /** The node of a profile: the person that keeps it, or itself. */
  nodeOf(profile: ProfileId): number {
    const known = this.places.get(profile);
    if (known !== undefined) return known;
    const node = this.parents.length;
    this.parents.push(node);
    this.places.set(profile, node);
    return node;
  }

  rootOf(node: number): number {
    let root = node;
    for (let up = this.parents[root]; up !== undefined && up !== root; up = this.parents[root]) {
      this.parents[root] = this.parents[up] ?? up;
      root = up;
    }
    return root;
  }

  tie(x: number, y: number): void {
    const [a, b] = [this.rootOf(x), this.rootOf(y)];
    if (a !== b) this.parents[Math.max(a, b)] = Math.min(a, b);
  }
}

const emptyDraft = (): Draft => ({
  people: [],
  identifiers: [],
  earlier: [],
  moves: [],
  dropped: [],
  revived: [],
  pointers: [],
  merged: [],
  links: [],
  gone: [],
  movers: [],
  unowned: [],
  size: { events: 0, rows: 0 },
});

/** The parts under way, each found by anything that belongs to it. */
class Drafts {
  readonly drafts = new Map<number, Draft>();

  constructor(private readonly ties: Ties) {}

  /** Null: what belongs to nobody. */
  of(node: number | null): Draft {
    const root = node === null ? -1 : this.ties.rootOf(node);
    const known = this.drafts.get(root);
    if (known) return known;
    const made = emptyDraft();
    this.drafts.set(root, made);
    return made;
  }

  /** The same, with one more row to write. */
  row(node: number | null): Draft {
    const draft = this.of(node);
    draft.size.rows += 1;
    return draft;
  }
}

/** Instants are kept to the microsecond. */
const SAME_MS = 0.0005;

function isChanged(planned: PlannedProfile, before: ClosureProfile | undefined): boolean {
  return (
    before === undefined ||
    before.mergedInto !== null ||
    before.canonicalId !== planned.canonicalId ||
    Math.abs(before.firstSeenAt - planned.firstSeenAt) > SAME_MS ||
    Math.abs(before.lastSeenAt - planned.lastSeenAt) > SAME_MS
  );
}

/** Bridges that hold say nothing that the two identifiers do not. */
const isTold = ({ eventId, state, cause }: IdentityLink): boolean =>
  eventId !== null || state !== 'applied' || cause !== 'alias';

function changedLinks(links: readonly IdentityLink[], stored: readonly IdentityLink[]) {
  const known = new Map(stored.map((link) => [linkKey(link), link]));
  const changed = links.filter(isTold).filter((link) => {
    const before = known.get(linkKey(link));
    known.delete(linkKey(link));
    return before?.state !== link.state || before.reason !== link.reason || before.at !== link.at;
  });
  return { changed, gone: [...known.values()] };
}

function tieAll({ plan, merged, placeOf }: Remade, { standing, contacts }: PartsFrom): Ties {
  const ties = new Ties(plan.profiles);
  const tie = (profile: ProfileId, place: number | null): void => {
    if (place !== null) ties.tie(ties.nodeOf(profile), place);
  };
  for (const [profile, own] of contacts) for (const { identifier } of own.values()) tie(profile, placeOf(identifier));
  for (const { profileId, ...identifier } of standing.identifiers) tie(profileId, placeOf(identifier));
  for (const { profileId, into } of plan.pointers) tie(profileId, into);
  for (const { absorbed, survivor } of merged) tie(absorbed, survivor);
  return ties;
}

function addPeople(drafts: Drafts, ties: Ties, { plan, merged }: Remade, { standing }: PartsFrom): void {
  const owners = new Map(standing.identifiers.map((one) => [identifierKey(one), one.profileId]));
  const ownerOf = (identifier: Identifier): number | null => {
    const owner = owners.get(identifierKey(identifier));
    return owner === undefined ? null : ties.nodeOf(owner);
  };
  for (const one of plan.identifiers) drafts.row(one.profile).identifiers.push(one);
  for (const one of plan.earlier) drafts.row(ownerOf(one)).earlier.push(one);
  for (const one of plan.moves) {
    const from = owners.get(identifierKey(one));
    if (from !== undefined) drafts.row(one.profile).moves.push({ ...one, from });
  }
  for (const one of plan.dropped) drafts.row(ownerOf(one)).dropped.push(one);
  for (const id of plan.revived) drafts.row(ties.nodeOf(id)).revived.push(id);
  for (const one of plan.pointers) drafts.row(ties.nodeOf(one.profileId)).pointers.push(one);
  for (const one of merged) drafts.row(one.survivor).merged.push(one);
}

function addEvents(drafts: Drafts, ties: Ties, { plan, placeOf }: Remade, { contacts, unowned }: PartsFrom): void {
  for (const [profile, own] of contacts) {
    let leaving = 0;
    for (const { identifier, events } of own.values()) {
      const place = placeOf(identifier);
      if (place === null || plan.profiles[place]?.id !== profile) leaving += events;
    }
    if (leaving === 0) continue;
    const draft = drafts.of(ties.nodeOf(profile));
    draft.movers.push(profile);
    draft.size.events += leaving;
  }
  for (const [event, identifier] of unowned) {
    const place = placeOf(identifier);
    if (place === null) continue;
    const draft = drafts.of(place);
    draft.unowned.push(event);
    draft.size.events += 1;
  }
}

/**
 * Cuts a rebuilding into parts that do not touch each other: people are of one part when an event, an identifier or a
 * name goes from one to the other. Who stays as they are is in none.
 *
 * Cost    O(n) for n identifiers, links, profiles and pairs of a profile and an identifier that its events count through
 */
export function rebuildParts(remade: Remade, from: PartsFrom): readonly RebuildPart[] {
  const { plan, links, placeOf } = remade;
  const ties = tieAll(remade, from);
  const drafts = new Drafts(ties);
  const before = new Map(from.standing.profiles.map((profile) => [profile.id, profile]));
  plan.profiles.forEach((planned, place) => {
    if (isChanged(planned, planned.id === null ? undefined : before.get(planned.id))) drafts.row(place);
  });
  addPeople(drafts, ties, remade, from);
  addEvents(drafts, ties, remade, from);
  const { changed, gone } = changedLinks(links, from.standing.links);
  const sideOf = ({ a, b }: IdentityLink): number | null => placeOf(a) ?? placeOf(b);
  for (const link of changed) drafts.row(sideOf(link)).links.push(link);
  for (const link of gone) drafts.row(sideOf(link)).gone.push(link);
  plan.profiles.forEach((_, place) => drafts.drafts.get(ties.rootOf(place))?.people.push(place));
  return [...drafts.drafts.values()];
}

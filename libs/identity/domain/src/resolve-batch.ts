import type {
  Identifier,
  IdentityDecision,
  IdentityPlan,
  KnownGraph,
  PlannedProfile,
  UnassignedEvent,
} from '@kohort/kernel-contracts';
import { compareCodePoints } from './compare-code-points';
import { DEFAULT_POLICY, bridgesOf, identifierKey, identifiersOfEvent, type IdentityPolicy } from './event-identifiers';
import { IdentityGraph } from './identity-graph';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface NamedEvent {
  readonly event: UnassignedEvent;
  readonly identifiers: readonly Identifier[];
}

/** Time, then message id, then event id: an order that does not depend on arrival. */
function byTime({ event: a }: NamedEvent, { event: b }: NamedEvent): number {
  return a.ts - b.ts || compareCodePoints(a.messageId, b.messageId) || compareCodePoints(a.eventId, b.eventId);
}

/** What to look up before deciding: the events' identifiers and the far sides of their bridges. */
export function identifiersOf(
  events: readonly UnassignedEvent[],
  policy: IdentityPolicy = DEFAULT_POLICY,
): readonly Identifier[] {
  const wanted = new Map<string, Identifier>();
  for (const event of events) {
    for (const identifier of identifiersOfEvent(event, policy)) {
      for (const one of [identifier, ...bridgesOf(identifier)]) wanted.set(identifierKey(one), one);
    }
  }
  return [...wanted.values()];
}

function graphOf(known: KnownGraph): IdentityGraph {
  const graph = new IdentityGraph();
  const profiles = new Map(known.profiles.map((profile) => [profile.id, graph.addProfile(profile)]));
  for (const identifier of known.identifiers) {
    const profile = profiles.get(identifier.profileId);
    if (profile !== undefined) graph.join(graph.add(identifier), profile, null);
  }
  return graph;
}

function joinEvents(graph: IdentityGraph, named: readonly NamedEvent[]): void {
  // All identifiers stand before any bridge is looked for, so that the order of events in the batch does not matter.
  for (const { identifiers } of named) identifiers.forEach((identifier) => graph.add(identifier));
  for (const { event, identifiers } of named) {
    const cause = { eventId: event.eventId, reason: event.type === 'alias' ? 'alias' : 'link' } as const;
    const [first, ...others] = identifiers;
    if (!first) continue;
    const place = graph.add(first);
    for (const other of others) graph.join(place, graph.add(other), cause);
    for (const far of identifiers.flatMap(bridgesOf)) {
      const there = graph.placeOf(far);
      if (there !== undefined) graph.join(place, there, cause);
    }
  }
}

/** The components that may become a person: those with an event that is allowed to make one. */
function creatingRoots(graph: IdentityGraph, named: readonly NamedEvent[]): ReadonlySet<number> {
  const roots = new Set<number>();
  for (const { event, identifiers } of named) {
    const [first] = identifiers;
    if (first && !event.knownOnly) roots.add(graph.rootOf(graph.add(first)));
  }
  return roots;
}

/** The plan under way: one entry a component that an event of the batch names. */
class PlanDraft {
  readonly profiles: Writable<PlannedProfile>[] = [];
  private readonly byRoot = new Map<number, number>();

  constructor(private readonly graph: IdentityGraph) {}

  profileAt(place: number, ts: number): number {
    const root = this.graph.rootOf(place);
    const known = this.byRoot.get(root);
    const profile = known === undefined ? undefined : this.profiles[known];
    if (known !== undefined && profile) {
      profile.firstSeenAt = Math.min(profile.firstSeenAt, ts);
      profile.lastSeenAt = Math.max(profile.lastSeenAt, ts);
      return known;
    }
    const { survivor, name } = this.graph.component(place);
    const index = this.profiles.length;
    this.profiles.push({
      id: survivor?.id ?? null,
      canonicalId: name?.value ?? '',
      firstSeenAt: Math.min(survivor?.firstSeenAt ?? ts, ts),
      lastSeenAt: Math.max(survivor?.lastSeenAt ?? ts, ts),
    });
    this.byRoot.set(root, index);
    return index;
  }
}

function traitsOf(event: UnassignedEvent, profile: number): IdentityPlan['traits'][number][] {
  // A group call's traits describe the group. Other calls carry traits when a mapping put them there.
  if (event.type === 'group') return [];
  const { eventId, messageId, ts: validFrom } = event;
  return Object.entries(event.traits).map(([key, value]) => ({ profile, key, value, validFrom, messageId, eventId }));
}

function seenSpan(known: KnownGraph, plan: PlanDraft, merges: IdentityPlan['merges']): void {
  const profiles = new Map(known.profiles.map((profile) => [profile.id, profile]));
  for (const { survivor, absorbed } of merges) {
    const [kept, gone] = [plan.profiles[survivor], profiles.get(absorbed)];
    if (!kept || !gone) continue;
    kept.firstSeenAt = Math.min(kept.firstSeenAt, gone.firstSeenAt);
    kept.lastSeenAt = Math.max(kept.lastSeenAt, gone.lastSeenAt);
  }
}

/**
 * What a batch of events does to the identity graph: which people are new, which turn out to be one, whom each event
 * counts for, which traits they gain. Whoever shares an identifier is one person, however long the chain; the result is
 * a function of the set of events, never of their order or of how they were cut into batches.
 *
 * Shape   events: without a profile yet; known: answers to `identifiersOf(events)`
 * Ties    a person is called by the smallest user id, else the smallest anonymous id, in code-point order; of several
 *         existing profiles the one with the smallest name stays
 * Cost    O(n log n) for n events
 */
export function resolveBatch(
  events: readonly UnassignedEvent[],
  known: KnownGraph,
  policy: IdentityPolicy = DEFAULT_POLICY,
): IdentityPlan {
  const named = events.map((event) => ({ event, identifiers: identifiersOfEvent(event, policy) })).sort(byTime);
  const graph = graphOf(known);
  joinEvents(graph, named);
  const creating = creatingRoots(graph, named);
  const draft = new PlanDraft(graph);
  const knownKeys = new Set(known.identifiers.map(identifierKey));
  const identifiers = new Map<string, IdentityPlan['identifiers'][number]>();
  const assignments: IdentityPlan['assignments'][number][] = [];
  const traits: IdentityPlan['traits'][number][] = [];
  let unidentified = 0;
  for (const { event, identifiers: own } of named) {
    const [first] = own;
    const place = first && graph.add(first);
    if (place === undefined || !(graph.component(place).survivor || creating.has(graph.rootOf(place)))) {
      unidentified += 1;
      continue;
    }
    const profile = draft.profileAt(place, event.ts);
    assignments.push({ event, profile });
    for (const trait of traitsOf(event, profile)) traits.push(trait);
    for (const identifier of own) {
      const key = identifierKey(identifier);
      // In order of time, so the first mention is the earliest.
      if (!knownKeys.has(key) && !identifiers.has(key)) {
        identifiers.set(key, { ...identifier, profile, firstSeenAt: event.ts });
      }
    }
  }
  const survivors = new Map(draft.profiles.map((profile, index) => [profile.id, index]));
  const merges = graph.merges.flatMap(({ absorbed, eventId, reason }) => {
    const survivor = survivors.get(graph.survivorOf(absorbed));
    return survivor === undefined ? [] : [{ survivor, absorbed, eventId, reason }];
  });
  seenSpan(known, draft, merges);
  return {
    profiles: draft.profiles,
    identifiers: [...identifiers.values()],
    merges,
    assignments,
    traits,
    unidentified,
  };
}

/** The two questions of the identity store, answered under a policy. */
export function identityDecision(policy: IdentityPolicy = DEFAULT_POLICY): IdentityDecision {
  return {
    identifiersOf: (events) => identifiersOf(events, policy),
    decide: (events, known) => resolveBatch(events, known, policy),
  };
}

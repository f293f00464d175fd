import {
  traitsOfEvent,
  type Identifier,
  type IdentityDecision,
  type IdentityLink,
  type IdentityPlan,
  type IdentityRules,
  type KnownGraph,
  type PlannedProfile,
  type UnassignedEvent,
} from '@kohort/kernel-contracts';
import { compareCodePoints } from '../compare-code-points';
import { CompiledRules } from '../rules/compile-rules';
import { bridgesOf, identifierKey, identifiersOfEvent } from '../rules/event-identifiers';
import { DEFAULT_RULES, parseIdentityRules } from '../rules/identity-rules';
import { IdentityGraph } from './identity-graph';
import { compareSaid, linkKey, linksOfEvent, pairOf } from './link-order';
import { regroup } from './regroup';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const DEFAULT = new CompiledRules(DEFAULT_RULES);

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
  rules: CompiledRules = DEFAULT,
): readonly Identifier[] {
  const wanted = new Map<string, Identifier>();
  for (const event of events) {
    for (const identifier of identifiersOfEvent(event, rules)) {
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
    const because = (a: Identifier, b: Identifier) =>
      ({ eventId: event.eventId, reason: event.type === 'alias' ? 'alias' : 'link', link: [a, b] }) as const;
    const [first, ...others] = identifiers;
    if (!first) continue;
    const place = graph.add(first);
    for (const other of others) graph.join(place, graph.add(other), because(first, other));
    for (const near of identifiers) {
      for (const far of bridgesOf(near)) {
        const there = graph.placeOf(far);
        if (there !== undefined)
          graph.join(place, there, near.type === 'previous_id' ? because(far, near) : because(near, far));
      }
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

function seenSpan(known: KnownGraph, plan: PlanDraft, merges: IdentityPlan['merges']): void {
  const profiles = new Map(known.profiles.map((profile) => [profile.id, profile]));
  for (const { survivor, absorbed } of merges) {
    const [kept, gone] = [plan.profiles[survivor], profiles.get(absorbed)];
    if (!kept || !gone) continue;
    kept.firstSeenAt = Math.min(kept.firstSeenAt, gone.firstSeenAt);
    kept.lastSeenAt = Math.max(kept.lastSeenAt, gone.lastSeenAt);
  }
}

/** The links that a batch speaks of, each once, at its earliest; events that count for nobody say nothing. */
function linksOf(counted: readonly NamedEvent[]): readonly IdentityLink[] {
  const links = new Map<string, IdentityLink>();
  for (const { event, identifiers } of counted) {
    for (const link of linksOfEvent(event, identifiers)) {
      const key = linkKey(link);
      const known = links.get(key);
      if (!known || compareSaid(link, known) < 0) links.set(key, link);
    }
  }
  return [...links.values()];
}

/** True when people as they would come out of plain joining keep every limit: then no order could have refused a link. */
function keepsLimits(
  graph: IdentityGraph,
  mentions: ReadonlyMap<string, { identifier: Identifier; at: number }>,
  rules: CompiledRules,
): boolean {
  const counts = new Map<string, number>();
  for (const { identifier, at } of mentions.values()) {
    const { type, value } = identifier;
    if (type === 'user_id' && mentions.has(identifierKey({ type: 'previous_id', value }))) continue;
    const limit = rules.limitKeyOf(type, at);
    if (limit === null) continue;
    const key = `${graph.rootOf(graph.add(identifier))} ${limit}`;
    const count = (counts.get(key) ?? 0) + 1;
    if (count > rules.limitOf(limit)) return false;
    counts.set(key, count);
  }
  return true;
}

/** When each identifier was first mentioned, by what is known and by the batch. */
function firstMentions(
  known: KnownGraph,
  named: readonly NamedEvent[],
): Map<string, { identifier: Identifier; at: number }> {
  const mentions = new Map<string, { identifier: Identifier; at: number }>();
  const mention = (identifier: Identifier, at: number): void => {
    const key = identifierKey(identifier);
    const before = mentions.get(key);
    if (!before || at < before.at) mentions.set(key, { identifier, at });
  };
  for (const { type, value, firstSeenAt } of known.identifiers) mention({ type, value }, firstSeenAt);
  for (const { event, identifiers } of named) for (const identifier of identifiers) mention(identifier, event.ts);
  return mentions;
}

/**
 * What a batch of events does to the identity graph where nothing stands against any link: which people are new, which
 * turn out to be one, whom each event counts for, which traits they gain. Whoever shares an identifier is one person,
 * however long the chain. Null where a limit or a risky value may stand against a link: then `regroup` decides. Both give
 * a function of the set of events, never of their order or of how they were cut into batches.
 *
 * Shape   events: without a profile yet; known: answers to `identifiersOf(events)`, with the holdings of those profiles
 *         when the rules have limits
 * Ties    a person is called by the smallest user id, else the smallest anonymous id, in code-point order; of several
 *         existing profiles the one with the smallest name stays
 * Cost    O(n log n) for n events
 */
export function resolveBatch(
  events: readonly UnassignedEvent[],
  known: KnownGraph,
  rules: CompiledRules = DEFAULT,
): IdentityPlan | null {
  const named = events.map((event) => ({ event, identifiers: identifiersOfEvent(event, rules) })).sort(byTime);
  if (rules.risk.action !== 'report' && named.some(({ identifiers }) => identifiers.length > 1)) return null;
  const graph = graphOf(known);
  joinEvents(graph, named);
  const creating = creatingRoots(graph, named);
  if (rules.hasLimits && !keepsLimits(graph, firstMentions(known, named), rules)) return null;
  const draft = new PlanDraft(graph);
  const seenAt = new Map(known.identifiers.map((one) => [identifierKey(one), one.firstSeenAt]));
  const earlier = new Map<string, IdentityPlan['earlier'][number]>();
  const counted: NamedEvent[] = [];
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
    counted.push({ event, identifiers: own });
    assignments.push({ event, profile });
    for (const trait of traitsOfEvent(event, profile)) traits.push(trait);
    for (const identifier of own) {
      const key = identifierKey(identifier);
      const before = seenAt.get(key);
      // In order of time, so the first mention is the earliest.
      if (before === undefined) identifiers.set(key, { ...identifier, profile, firstSeenAt: event.ts });
      else if (event.ts < before) earlier.set(key, { ...identifier, firstSeenAt: event.ts });
      if (before === undefined || event.ts < before) seenAt.set(key, event.ts);
    }
  }
  const survivors = new Map(draft.profiles.map((profile, index) => [profile.id, index]));
  const merges = graph.merges.flatMap((cause) => {
    const survivor = survivors.get(graph.survivorOf(cause.absorbed));
    return survivor === undefined ? [] : [{ survivor, ...cause }];
  });
  seenSpan(known, draft, merges);
  return {
    profiles: draft.profiles,
    identifiers: [...identifiers.values()],
    earlier: [...earlier.values()],
    links: linksOf(counted),
    merges,
    assignments,
    traits,
    unidentified,
  };
}

/** What the identity store asks, answered under a workspace's rules. */
export function identityDecision(rules: IdentityRules = DEFAULT_RULES): IdentityDecision {
  const compiled = rules === DEFAULT_RULES ? DEFAULT : new CompiledRules(rules);
  return {
    needs: { context: compiled.readsContext, holdings: compiled.hasLimits },
    identifiersOf: (events) => identifiersOf(events, compiled),
    decide: (events, known) => resolveBatch(events, known, compiled),
    orderOf: (one, other) => pairOf(one, other, compiled),
    regroup: (events, closure) => regroup(events, closure, compiled),
  };
}

/** The same, of rules as a store keeps them; null: the default ones. */
export function storedDecision(stored: unknown): IdentityDecision {
  return identityDecision(stored === null ? DEFAULT_RULES : parseIdentityRules(stored));
}

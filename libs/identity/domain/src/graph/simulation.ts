import type {
  Identifier,
  IdentityLink,
  IdentityRules,
  JsonObject,
  ProfileId,
  UnassignedEvent,
} from '@kohort/kernel-contracts';
import { CompiledRules } from '../rules/compile-rules';
import { identifierKey } from '../rules/event-identifiers';
import { maskIdentifier } from '../rules/mask-identifier';
import { History, type World } from './history';
import { countsAsRisk } from './partition';

const SHOWN = 10;
const PARTS_SHOWN = 20;

/** A value that links many, with the value itself not readable. */
export interface RiskValue {
  readonly type: string;
  readonly masked: string;
  readonly links: number;
}

/** What other rules would make of a workspace's history. People are named by profile ids, where they have one. */
export interface SimulationReport {
  readonly events: number;
  readonly profiles: { readonly before: number; readonly after: number };
  /** Events that name nobody. */
  readonly unidentified: { readonly before: number; readonly after: number };
  /** How many people become part of another; `undone`: how many more people come of those that are taken apart. */
  readonly merges: { readonly added: number; readonly undone: number };
  /** Links that limits refuse, by the type whose limit it is; `held` by the type of the value. */
  readonly refused: Readonly<Record<string, number>>;
  readonly held: Readonly<Record<string, number>>;
  readonly largest: readonly {
    readonly profileId: ProfileId | null;
    readonly identifiers: number;
    readonly events: number;
  }[];
  readonly examples: {
    /** People who would be one. */
    readonly joined: readonly (readonly ProfileId[])[];
    /** People who would be several: the numbers of events of the parts. */
    readonly parted: readonly { readonly profileId: ProfileId | null; readonly parts: readonly number[] }[];
  };
  readonly risks: readonly RiskValue[];
}

interface Passage {
  readonly before: Identifier | null;
  readonly after: Identifier | null;
  readonly profileId: ProfileId | null;
  events: number;
}

/** A group of one world with the groups of the other that its events are in. */
type Contacts = Map<number, Map<number, number>>;

/**
 * The same history under two sets of rules, event by event.
 *
 * Cost    twice the distinct identifiers and links; events are not kept
 */
export class Simulation {
  private readonly before: History;
  private readonly after: History;
  private readonly passages = new Map<string, Passage>();
  private events = 0;

  constructor(
    rules: { readonly before: IdentityRules; readonly after: IdentityRules },
    decided: readonly IdentityLink[],
  ) {
    this.before = new History(new CompiledRules(rules.before), decided);
    this.after = new History(new CompiledRules(rules.after), decided);
  }

  /** Whether one of the two reads the events' context. */
  get readsContext(): boolean {
    return this.before.rules.readsContext || this.after.rules.readsContext;
  }

  /** Adds an event with the profile that it counts for now. One that counts for known people alone counts as it does now. */
  observe(event: UnassignedEvent, profileId: ProfileId | null): void {
    if (event.knownOnly && profileId === null) return;
    this.events += 1;
    const [before, after] = [this.before.observe(event), this.after.observe(event)];
    const key = `${before ? identifierKey(before) : ''}\u0001${after ? identifierKey(after) : ''}`;
    const known = this.passages.get(key);
    if (known) known.events += 1;
    else this.passages.set(key, { before, after, profileId, events: 1 });
  }

  /** What comes of it. */
  report(): SimulationReport {
    const [before, after] = [this.before.settle(), this.after.settle()];
    const forth: Contacts = new Map();
    const back: Contacts = new Map();
    const profileOf = new Map<number, ProfileId>();
    const unidentified = { before: 0, after: 0 };
    for (const passage of this.passages.values()) {
      const x = groupIn(before, passage.before);
      const y = groupIn(after, passage.after);
      if (x === null) unidentified.before += passage.events;
      if (y === null) unidentified.after += passage.events;
      if (x !== null && passage.profileId !== null) profileOf.set(x, passage.profileId);
      if (x === null || y === null) continue;
      touch(forth, [x, y], passage.events);
      touch(back, [y, x], passage.events);
    }
    const ids = (groups: Iterable<number>): ProfileId[] => [...groups].flatMap((group) => profileOf.get(group) ?? []);
    return {
      events: this.events,
      profiles: { before: before.people.size, after: after.people.size },
      unidentified,
      merges: { added: excess(back), undone: excess(forth) },
      refused: countLinks(after, 'refused'),
      held: countLinks(after, 'held'),
      largest: largest(after, back, profileOf),
      examples: {
        joined: several(back).map(([, groups]) => ids(groups.keys()).slice(0, PARTS_SHOWN)),
        parted: several(forth).map(([group, parts]) => ({
          profileId: profileOf.get(group) ?? null,
          parts: [...parts.values()].sort((a, b) => b - a).slice(0, PARTS_SHOWN),
        })),
      },
      risks: risksOf(after, this.after.rules.risk.profiles),
    };
  }
}

/** The report as JSON, for a run's result. */
export const simulationJson = (report: SimulationReport): JsonObject => ({
  ...report,
  profiles: { ...report.profiles },
  unidentified: { ...report.unidentified },
  merges: { ...report.merges },
  refused: { ...report.refused },
  held: { ...report.held },
  largest: report.largest.map((one) => ({ ...one })),
  examples: {
    joined: report.examples.joined.map((ids) => [...ids]),
    parted: report.examples.parted.map((one) => ({ ...one, parts: [...one.parts] })),
  },
  risks: report.risks.map((one) => ({ ...one })),
});

function groupIn(world: World, identifier: Identifier | null): number | null {
  const group = identifier === null ? undefined : world.partition.groupOf(identifier);
  return group !== undefined && world.people.has(group) ? group : null;
}

function touch(contacts: Contacts, [from, to]: readonly [number, number], events: number): void {
  const known = contacts.get(from) ?? new Map<number, number>();
  known.set(to, (known.get(to) ?? 0) + events);
  contacts.set(from, known);
}

const excess = (contacts: Contacts): number => [...contacts.values()].reduce((sum, groups) => sum + groups.size - 1, 0);

/** Those in contact with more than one, the most first. */
const several = (contacts: Contacts): readonly (readonly [number, Map<number, number>])[] =>
  [...contacts]
    .filter(([, groups]) => groups.size > 1)
    .sort(([x, a], [y, b]) => b.size - a.size || x - y)
    .slice(0, SHOWN);

function countLinks({ partition }: World, state: 'refused' | 'held'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { link } of partition.links) {
    if (link.state === state && link.reason !== null) counts[link.reason] = (counts[link.reason] ?? 0) + 1;
  }
  return counts;
}

function largest(
  { partition, people }: World,
  back: Contacts,
  profileOf: ReadonlyMap<number, ProfileId>,
): SimulationReport['largest'] {
  return [...people]
    .map(([group, { events }]) => ({ group, events, identifiers: partition.groups[group]?.length ?? 0 }))
    .sort((a, b) => b.identifiers - a.identifiers || b.events - a.events || a.group - b.group)
    .slice(0, SHOWN)
    .map(({ group, events, identifiers }) => {
      const [from] = [...(back.get(group) ?? [])].sort(([, a], [, b]) => b - a)[0] ?? [];
      return { profileId: from === undefined ? null : (profileOf.get(from) ?? null), identifiers, events };
    });
}

function risksOf({ partition }: World, profiles: number): readonly RiskValue[] {
  const degrees = new Map<string, { readonly identifier: Identifier; links: number }>();
  for (const { link } of partition.links) {
    if (!countsAsRisk(link)) continue;
    for (const identifier of [link.a, link.b]) {
      const known = degrees.get(identifierKey(identifier));
      if (known) known.links += 1;
      else degrees.set(identifierKey(identifier), { identifier, links: 1 });
    }
  }
  return [...degrees.values()]
    .filter(({ links }) => links > profiles)
    .sort((a, b) => b.links - a.links || (identifierKey(a.identifier) < identifierKey(b.identifier) ? -1 : 1))
    .slice(0, SHOWN * 2)
    .map(({ identifier, links }) => ({ type: identifier.type, masked: maskIdentifier(identifier), links }));
}

import { innerNodes } from '../rule/inner-nodes';
import type { Entity, ParsedNode, ParsedRule, ParsedSelection, ParsedWindow } from '../rule/parsed-rule';
import { toSpan, UNIT_MS, type Duration } from '../time/duration';

/** Names of events and keys of traits that rules look at; `eventNames` null means events of every name. */
export interface NeededRecords {
  readonly eventNames: readonly string[] | null;
  /** Of the events those whose properties are looked at; of all others the name and the instant are enough. */
  readonly detailedNames: readonly string[] | null;
  /** How far back events of these names are looked at, milliseconds; of all others, or where it is absent, to the first. */
  readonly reach?: ReadonlyMap<string, number>;
  /** The same of their properties. */
  readonly detailedReach?: ReadonlyMap<string, number>;
  readonly traitKeys: readonly string[];
  /** Purposes of consent. */
  readonly purposes: readonly string[];
  /** Whether any rule looks at a model's scores or clusters. */
  readonly models: boolean;
  /** Absent: no rule looks at an account. */
  readonly accounts?: NeededOfAccounts;
}

/** What rules look at in accounts, and how far relations lead. */
export interface NeededOfAccounts {
  readonly eventNames: readonly string[] | null;
  readonly traitKeys: readonly string[];
  /** Steps of relations from a person (1: to the accounts, 2: to their people too) and from an account. */
  readonly steps: { readonly profile: number; readonly account: number };
}

/** Longer than lies between the reading of records and the instant that they are evaluated for. */
const MARGIN_MS = 2 * UNIT_MS.day;
/** By what clamped month ends and clock changes move the edge of a window that goes by the calendar. */
const CALENDAR_MARGIN_MS = 8 * UNIT_MS.day;

/** No duration is longer, milliseconds. */
function longest(duration: Duration): number {
  const { months, days, ms } = toSpan(duration);
  return ms + (months === 0 && days === 0 ? 0 : (31 * months + days) * UNIT_MS.day + CALENDAR_MARGIN_MS);
}

/** No event further back is of any concern to the window, nor will be. */
function reachOf(window: ParsedWindow): number {
  switch (window.kind) {
    case 'last':
      return longest(window.duration) + MARGIN_MS;
    case 'between':
      // Written the wrong way round it is empty, but the advice on how to get in looks at both ends.
      return Math.max(longest(window.from), longest(window.to)) + MARGIN_MS;
    default:
      return Infinity;
  }
}

/** The furthest that anybody looks back, by name. */
class Reach {
  private readonly byName = new Map<string, number>();

  add(name: string, ms: number): void {
    this.byName.set(name, Math.max(ms, this.byName.get(name) ?? 0));
  }

  bounded(): ReadonlyMap<string, number> {
    return new Map([...this.byName].filter(([, ms]) => Number.isFinite(ms)).sort());
  }
}

class Collector {
  readonly names = new Set<string>();
  readonly reach = new Reach();
  readonly detailedReach = new Reach();
  readonly keys = new Set<string>();
  readonly purposes = new Set<string>();
  needsAll = false;
  private readonly detailed = new Set<string>();
  private needsAllDetailed = false;
  /** Whether any rule asks about this entity, and how many relations one after the other lead on from it. */
  isAsked = false;
  steps = 0;

  constructor(private readonly relatedTo: (entity: Entity) => Collector) {}

  get eventNames(): readonly string[] | null {
    return this.needsAll ? null : [...this.names].sort();
  }

  get detailedNames(): readonly string[] | null {
    return this.needsAllDetailed ? null : [...this.detailed].sort();
  }

  /** `byNameAlone`: nothing but the selections' own comparisons looks at properties. */
  events(selections: readonly ParsedSelection[], window: ParsedWindow, byNameAlone = false): void {
    // Sessions and first days are bounded by events of any name.
    if (window.kind === 'session' || window.kind === 'withinFirst') this.needsAll = true;
    // One that refers to another compares with properties of that one, which may have no comparison itself.
    const isDetailed = !byNameAlone || selections.some(({ where }) => where.length > 0);
    for (const { names } of selections) {
      if (names === null) this.needsAll = true;
      for (const name of names ?? []) {
        this.names.add(name);
        this.reach.add(name, reachOf(window));
        if (isDetailed) this.detailedReach.add(name, reachOf(window));
      }
      if (!isDetailed) continue;
      if (names === null) this.needsAllDetailed = true;
      names?.forEach((name) => this.detailed.add(name));
    }
  }

  visit(node: ParsedNode): void {
    this.isAsked = true;
    switch (node.kind) {
      case 'relation':
      case 'group':
        this.steps = Math.max(this.steps, stepsOf(node));
        return this.relatedTo(node.to).visit(node.where);
      case 'all':
      case 'any':
      case 'none':
      case 'atLeast':
        return node.children.forEach((child) => this.visit(child));
      case 'consent':
        this.purposes.add(node.purpose);
        return;
      case 'trait':
      case 'text':
        for (const path of [node.trait.path, ...(node.trait.ref === null ? [] : [node.trait.ref])]) {
          this.keys.add(String(path.steps[0]));
        }
        return;
      case 'event':
        return this.events([node.event], node.window, true);
      case 'top':
        return this.events([node.by.event], node.by.window);
      case 'aggregate':
        return this.events([node.aggregate.event], node.aggregate.window);
      case 'sequence': {
        const { steps, without, strict, keyBy, window } = node.sequence;
        if (strict) this.needsAll = true;
        return this.events(
          [...steps, ...without].map(({ event }) => event),
          window,
          keyBy === null,
        );
      }
      case 'frequency':
        return this.events([node.a, node.b], node.window);
      case 'lifecycle':
        return this.events([node.event], { kind: 'all' });
      default:
        return;
    }
  }
}

/** How many relations stand one inside the other, at most. */
function stepsOf(node: ParsedNode): number {
  const inner = Math.max(0, ...innerNodes(node).map(stepsOf));
  return node.kind === 'relation' || node.kind === 'group' ? inner + 1 : inner;
}

/** What has to be read of a person so that these rules can be evaluated; rules they refer to have to be among them. */
export function recordsNeeded(rules: Iterable<ParsedRule>): NeededRecords {
  const of = (entity: Entity): Collector => collectors[entity];
  const collectors = { profile: new Collector(of), account: new Collector(of) };
  let models = false;
  for (const rule of rules) {
    collectors[rule.entity].visit(rule.root);
    models ||= usesModels(rule);
  }
  const { profile, account } = collectors;
  const steps = { profile: profile.steps, account: account.steps };
  return {
    eventNames: profile.eventNames,
    detailedNames: profile.detailedNames,
    // Who looks at events of every name looks at all of them.
    ...(profile.needsAll ? {} : { reach: profile.reach.bounded() }),
    ...(profile.detailedNames === null ? {} : { detailedReach: profile.detailedReach.bounded() }),
    traitKeys: [...profile.keys].sort(),
    purposes: [...profile.purposes].sort(),
    models,
    ...(account.isAsked
      ? { accounts: { eventNames: account.eventNames, traitKeys: [...account.keys].sort(), steps } }
      : {}),
  };
}

/** Keys of the segments that a rule names. */
export function segmentsNamed(rule: ParsedRule): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ParsedNode): void => {
    if (node.kind === 'segment') found.add(node.key);
    innerNodes(node).forEach(visit);
  };
  visit(rule.root);
  return found;
}

/** True when a node, or one below it, is of one of the kinds. */
function hasKind(node: ParsedNode, kinds: readonly ParsedNode['kind'][]): boolean {
  return kinds.includes(node.kind) || innerNodes(node).some((child) => hasKind(child, kinds));
}

/** True when a rule leads from people to accounts, or from accounts to people. */
export function usesRelations({ root }: ParsedRule): boolean {
  return hasKind(root, ['relation', 'group']);
}

/** True when a rule looks at a model's scores or clusters. */
export function usesModels({ root }: ParsedRule): boolean {
  return hasKind(root, ['prediction', 'cluster']);
}

/**
 * True when a rule can be answered for everybody at once only, by the column store: it follows new records when it is
 * filled again, not as they come.
 */
export function isBatchOnly({ root }: ParsedRule): boolean {
  return hasKind(root, ['sql', 'top']);
}

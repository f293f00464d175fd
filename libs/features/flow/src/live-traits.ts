import {
  SEGMENT_ORDERS,
  computeFeatures,
  computeTexts,
  eventsRead,
  eventsWithProperties,
  isTextFeature,
  isTextsFeature,
  partsOf,
  populationFormulas,
  readTexts,
  type FeatureDefinition,
  type OrderMapping,
  type PopulationFigures,
  type TextReader,
} from '@kohort/features-domain';
import type { Clock } from '@kohort/kernel-clock-random';
import type {
  BatchId,
  FeatureStatisticsStore,
  FeatureStore,
  FeatureValue,
  LiveTraitStore,
  TouchedPerson,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { LoadTextReader } from './text-reading';
import { workspaceFeatures } from './workspace-features';

/** What live traits are computed from, and kept in. */
export interface LiveTraitsPorts {
  readonly features: Pick<FeatureStore, 'set' | 'timeZone'>;
  readonly statistics: Pick<FeatureStatisticsStore, 'population'>;
  readonly live: Pick<LiveTraitStore, 'touch'>;
  readonly clock: Clock;
  /** Reads texts; traits that are read out of them are missing when absent. */
  readonly texts?: LoadTextReader;
  readonly orders?: OrderMapping;
}

/** How long it may take until a new version of a set is followed by the next event. */
const KNOWN_MS = 5_000;
const MOST_WORKSPACES = 10_000;

/** A live trait with the events that it looks at; null: any. */
interface LiveTrait {
  readonly definition: FeatureDefinition;
  readonly names: ReadonlySet<string> | null;
}

interface LivePlan {
  readonly version: number;
  readonly traits: readonly LiveTrait[];
  readonly names: readonly string[] | null;
  readonly propertiesOf: readonly string[] | null;
  readonly timeZone: string;
  readonly population: PopulationFigures;
  readonly read: TextReader | null;
}

/** Those of a set that are kept with the other traits of a person. */
export const liveOf = (definitions: readonly FeatureDefinition[]): readonly FeatureDefinition[] =>
  definitions.filter(({ live }) => live === true);

function withNames(definition: FeatureDefinition, orders: OrderMapping): LiveTrait {
  const names = partsOf(definition.formula).map((part) => eventsRead(part, orders).names);
  return {
    definition,
    names: names.some((some) => some === null) ? null : new Set(names.flatMap((some) => some ?? [])),
  };
}

/** Those traits that the events of somebody may have changed. */
const touchedOf = (plan: LivePlan, person: TouchedPerson): readonly FeatureDefinition[] =>
  plan.traits
    .filter(({ names }) => names === null || person.names === null || person.names.some((name) => names.has(name)))
    .map(({ definition }) => definition);

function valuesOf(
  plan: LivePlan,
  touched: readonly FeatureDefinition[],
  person: TouchedPerson,
  orders: OrderMapping,
): Record<string, FeatureValue> {
  const at = { asOf: person.asOf, timeZone: plan.timeZone, orders, population: plan.population };
  const numbers = computeFeatures(touched, person.events, at);
  const texts = computeTexts(touched, person.events, at);
  const computed: Record<string, FeatureValue> = Object.fromEntries(
    touched.map((definition, i) => [definition.key, (isTextFeature(definition) ? texts[i] : numbers[i]) ?? null]),
  );
  const ofTexts = touched.filter(isTextsFeature);
  if (plan.read === null || ofTexts.length === 0) return computed;
  const said = readTexts(ofTexts, person.events, { ...at, read: plan.read });
  return { ...computed, ...Object.fromEntries(ofTexts.map(({ key }, i) => [key, said[i] ?? null])) };
}

/**
 * What came of some batches: how many people's traits are others now, and which traits look at what came. Those stay the
 * same when the batches come again, though nothing changes then: whoever was told first may not have come to ask the rules.
 */
export interface LiveTraitsTold {
  readonly changed: number;
  readonly keys: readonly string[];
}

const NOTHING: LiveTraitsTold = { changed: 0, keys: [] };

/**
 * Keeps the live traits of people up to date, before rules are asked about them.
 *
 * Promise   at least once, before the evaluation of the same batches
 * Key       a value that is as before is not written again
 * Order     people held → their events → the values, in one transaction of at most 200 people
 * Size      the people whom batches touched by events that a live trait looks at. A workspace without live traits costs a
 *           look at its set every five seconds in which it has events
 */
export class LiveTraits {
  private readonly known = new Map<WorkspaceId, { readonly until: number; readonly plan: LivePlan | null }>();

  constructor(private readonly ports: LiveTraitsPorts) {}

  async touch(
    batches: { readonly workspaceId: WorkspaceId; readonly batchIds: readonly BatchId[] },
    signal?: AbortSignal,
  ): Promise<LiveTraitsTold> {
    const plan = await this.planOf(batches.workspaceId);
    if (plan === null) return NOTHING;
    const { version: definitionVersion, names, propertiesOf } = plan;
    const orders = this.ports.orders ?? SEGMENT_ORDERS;
    const need = { ...batches, definitionVersion, names, propertiesOf };
    const keys = new Set<string>();
    const compute = (person: TouchedPerson): Record<string, FeatureValue> => {
      const touched = touchedOf(plan, person);
      for (const { key } of touched) keys.add(key);
      return valuesOf(plan, touched, person, orders);
    };
    const changed = await this.ports.live.touch(need, compute, signal);
    return { changed, keys: [...keys].sort() };
  }

  private async planOf(workspaceId: WorkspaceId): Promise<LivePlan | null> {
    const now = this.ports.clock.now();
    const known = this.known.get(workspaceId);
    if (known && now < known.until) return known.plan;
    if (this.known.size >= MOST_WORKSPACES) this.known.clear();
    const plan = await this.readPlan(workspaceId);
    this.known.set(workspaceId, { until: now + KNOWN_MS, plan });
    return plan;
  }

  private async readPlan(workspaceId: WorkspaceId): Promise<LivePlan | null> {
    const { features, statistics, texts, orders = SEGMENT_ORDERS } = this.ports;
    const { version, definitions } = await workspaceFeatures(features, workspaceId);
    const live = liveOf(definitions);
    if (live.length === 0) return null;
    const traits = live.map((definition) => withNames(definition, orders));
    const looksAround = populationFormulas(live).length > 0;
    const read = live.some(isTextsFeature) ? ((await texts?.()) ?? null) : null;
    return {
      read,
      ...{ version, traits, propertiesOf: eventsWithProperties(live, orders) },
      names: traits.some(({ names }) => names === null)
        ? null
        : [...new Set(traits.flatMap(({ names }) => [...(names ?? [])]))],
      timeZone: await features.timeZone(workspaceId),
      population: looksAround ? await statistics.population(workspaceId, version) : {},
    };
  }
}

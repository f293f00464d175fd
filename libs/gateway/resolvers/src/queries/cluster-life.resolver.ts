import { Args, Context, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ClusterMigrationType,
  DateTimeScalar,
  ModelCompositionType,
  ModelLookConnection,
  ModelRefitType,
  ModelType,
  PageArgs,
  type ClusterAtType,
  type ModelLookType,
} from '@kohort/gateway-schema';
import type { ClusterFlow, ClusterMigration, ModelLook, ModelRecord, RefitSetting } from '@kohort/kernel-contracts';
import { clusterComposition } from '@kohort/models-domain';
import type { GatewayContext } from '../context/gateway-context';
import { connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { sheetsOf } from './card-views';

/** Fewer people than this tell of single ones; more than that hide everything. */
const LEAST_SHOWN = 5;
const MOST_HIDDEN = 1_000;
/** A stretch of the model's past is read, not an object. */
const PAST_READ_COST = 50;

/** The clusters of one side of the flows, by falling size; people in none come last. */
function clustersAt(
  served: ClusterMigration['before'],
  flows: readonly ClusterFlow[],
  side: 'from' | 'to',
): ClusterAtType[] {
  const people = new Map<string | null, number>();
  for (const flow of flows) people.set(flow[side], (people.get(flow[side]) ?? 0) + flow.people);
  const sheets = new Map(sheetsOf(served?.card ?? null).map((sheet) => [sheet.key, sheet]));
  return [...people]
    .sort(([a, x], [b, y]) => Number(a === null) - Number(b === null) || y - x || ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([key, count]) => {
      const sheet = key === null ? undefined : sheets.get(key);
      return { key, name: sheet?.name ?? null, colour: sheet?.colour ?? null, people: count };
    });
}

function lookOf({ drift: { mmd, ...drift }, ...look }: ModelLook): ModelLookType {
  return { ...look, ...drift, mmd: mmd?.squared ?? null, mmdPValue: mmd?.pValue ?? null };
}

/** What became of a model's clusters in time. */
@Resolver(() => ModelType)
export class ClusterLifeResolver {
  @ResolveField(() => ClusterMigrationType, {
    complexity: PAST_READ_COST,
    description: 'Of a model that is no clustering nobody went anywhere.',
  })
  @Policy('graphql:read')
  async migration(
    @Parent() model: ModelRecord,
    @Args('at1', { type: () => DateTimeScalar, description: 'When people are in the first clusters.' }) fromMs: number,
    @Args('at2', { type: () => DateTimeScalar, description: 'When people are in the second.' }) toMs: number,
    @Context('gateway') context: GatewayContext,
  ): Promise<ClusterMigrationType> {
    const { before, after, flows } = await context.reader.clusterLife.migration(model.id, { fromMs, toMs });
    return {
      people: flows.reduce((sum, flow) => sum + flow.people, 0),
      versionBefore: before?.version ?? null,
      versionAfter: after?.version ?? null,
      before: clustersAt(before, flows, 'from'),
      after: clustersAt(after, flows, 'to'),
      flows,
    };
  }

  @ResolveField(() => ModelRefitType, { description: 'NEVER for a model that is no clustering.' })
  @Policy('graphql:read')
  refit(@Parent() model: ModelRecord, @Context('gateway') context: GatewayContext): Promise<RefitSetting> {
    return context.reader.clusterLife.refit(model.id);
  }

  @ResolveField(() => ModelLookConnection, {
    complexity: PAST_READ_COST,
    description: 'What the looks at it found, the newest first.',
  })
  @Policy('graphql:read')
  async looks(
    @Parent() model: ModelRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.clusterLife.looks(model.id, pageOf(args)), lookOf);
  }

  @ResolveField(() => ModelCompositionType, {
    complexity: 4 * PAST_READ_COST,
    description:
      'Whom its clusters hold by a trait that puts people into groups: shares, over- and under-representation. Empty for a model that is no clustering.',
  })
  @Policy('graphql:read')
  async composition(
    @Parent() model: ModelRecord,
    @Args('trait') trait: string,
    @Args('leastCount', { type: () => Int, defaultValue: 10, description: '5 to 1,000: fewer people are hidden.' })
    leastCount: number,
    @Context('gateway') context: GatewayContext,
  ): Promise<ModelCompositionType> {
    const least = Math.min(Math.max(leastCount, LEAST_SHOWN), MOST_HIDDEN);
    const [counts, version] = await Promise.all([
      context.reader.clusterLife.labels(model.id, trait),
      context.loaders.modelVersion.load(model.id),
    ]);
    const names = new Map(sheetsOf(version?.card ?? null).map(({ key, name }) => [key, name]));
    const { clusters, ...rest } = clusterComposition(model.kind === 'clustering' ? counts : [], least);
    return {
      ...{ trait, leastCount: least, ...rest },
      clusters: clusters.map(({ cluster, ...of }) => {
        return { key: cluster, name: cluster === null ? null : (names.get(cluster) ?? null), ...of };
      }),
    };
  }
}

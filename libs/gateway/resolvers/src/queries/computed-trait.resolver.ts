import { z } from 'zod';
import { Args, Context, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { TRAIT_LIBRARY, featureDefinitionSchema, isBuiltInFeature } from '@kohort/features-domain';
import {
  editFeatures,
  previewFeature,
  traitStatistics,
  workspaceFeatures,
  type WorkspaceFeatures,
} from '@kohort/features-flow';
import {
  ComputedTraitConnection,
  ComputedTraitInput,
  ComputedTraitPreviewResult,
  ComputedTraitStatisticsType,
  ComputedTraitType,
  EditComputedTraitsInput,
  EditComputedTraitsResult,
  LibraryTraitType,
  PageArgs,
} from '@kohort/gateway-schema';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { cursorIn, placeIn, type ListName } from '../context/list-cursors';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from '../mutations/mutation-args';

/** They are read once for all traits. */
const STATISTICS_COST = 2;
const MOST_STATISTICS = 61;

const editSchema = z.object({
  set: z.array(featureDefinitionSchema),
  remove: z.array(z.string()),
  afterVersion: z.number().int(),
});

/** The traits of a set as the API shows them. */
const traitsOf = ({ version, definitions }: WorkspaceFeatures): readonly ComputedTraitType[] =>
  definitions.map((one) => ({
    ...one,
    ...{ version, live: one.live ?? false, builtIn: isBuiltInFeature(one.key) },
  }));

/** The computed traits of a workspace: a set by version. */
@Resolver(() => ComputedTraitType)
export class ComputedTraitResolver {
  private readonly asked = new WeakMap<GatewayContext, Map<string, ReturnType<typeof traitStatistics>>>();

  @Query(() => ComputedTraitConnection, { description: 'What is computed about everybody, by key.' })
  @Policy('graphql:read')
  async computedTraits(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    const { workspaceId } = callerOf(context);
    const { first, after } = pageOf(args);
    const list: ListName = [workspaceId, 'computedTraits'];
    const place = placeIn(list, after, z.string());
    const { store } = context.services.traits;
    const all = traitsOf(await workspaceFeatures(store, workspaceId));
    const behind = [...all].sort((a, b) => (a.key < b.key ? -1 : 1)).filter(({ key }) => place === null || key > place);
    const items = behind.slice(0, first).map((node) => ({ cursor: cursorIn(list, node.key), node }));
    return connection({ items, hasNextPage: behind.length > first }, asIs);
  }

  @Query(() => [LibraryTraitType], { description: 'Ready-made traits over e-commerce events.' })
  @Policy('graphql:read')
  traitLibrary(): readonly LibraryTraitType[] {
    return TRAIT_LIBRARY;
  }

  @ResolveField(() => [ComputedTraitStatisticsType], {
    complexity: STATISTICS_COST,
    description: 'What its values were like each time that this version was computed for everybody, newest first.',
  })
  @Policy('graphql:read')
  async statistics(
    @Parent() { key, version }: ComputedTraitType,
    @Args('first', { type: () => Int, defaultValue: 10 }) first: number,
    @Context('gateway') context: GatewayContext,
  ): Promise<readonly ComputedTraitStatisticsType[]> {
    const limit = Math.min(Math.max(1, first), MOST_STATISTICS);
    const found = await this.statisticsOf(context, { definitionVersion: version, first: limit });
    return (found.get(key) ?? []).map(({ asOf, drift, statistics: { kind: _, people, missing, ...figures } }) => {
      return { version, asOf, people, missing, figures, drift };
    });
  }

  /** What a page of traits asks for is read once an operation. */
  private statisticsOf(
    context: GatewayContext,
    asked: { readonly definitionVersion: number; readonly first: number },
  ): ReturnType<typeof traitStatistics> {
    const known = this.asked.get(context) ?? new Map<string, ReturnType<typeof traitStatistics>>();
    this.asked.set(context, known);
    const key = JSON.stringify(asked);
    const read =
      known.get(key) ?? traitStatistics(context.services.traits.statistics, callerOf(context).workspaceId, asked);
    known.set(key, read);
    return read;
  }

  @Query(() => ComputedTraitPreviewResult, {
    description: 'Counts for whom a computed trait would have a value, and for whom another one than now.',
  })
  @Policy('graphql:read')
  computedTraitPreview(
    @Args('trait', { type: () => ComputedTraitInput }) trait: ComputedTraitInput,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('ComputedTraitPreview', () => {
      const definition = featureDefinitionSchema.parse({ ...trait });
      const { traits, clock, deadlineMs } = context.services;
      if (traits.columns === null) throw gatewayErrors.GATEWAY_NO_COLUMNS();
      const ports = { columns: traits.columns.store, loader: traits.columns.loader, features: traits.store };
      const asked = { workspaceId: callerOf(context).workspaceId, asOf: clock.now(), definition };
      return previewFeature(ports, asked, { signal: AbortSignal.timeout(deadlineMs) });
    });
  }

  @Mutation(() => EditComputedTraitsResult, {
    description:
      'Makes a new version of what is computed about everybody; `computeFeatures` computes it. Models go on by the set that they were fitted on. An edit that is done already makes no version.',
  })
  @Policy('graphql:write')
  editComputedTraits(
    @Args('input', { type: () => EditComputedTraitsInput }) input: EditComputedTraitsInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('ComputedTraitSet', async () => {
      const edit = editSchema.parse({ ...input, set: input.set.map((one) => ({ ...one })) });
      const made = await editFeatures(context.services.traits.store, callerOf(context).workspaceId, edit);
      return { version: made.version, traits: traitsOf(made) };
    });
  }
}

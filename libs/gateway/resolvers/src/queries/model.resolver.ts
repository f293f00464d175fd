import { Args, Context, Float, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ClusterIdentityType,
  ClusterType,
  ClusteringAlgorithmType,
  FeatureChangeType,
  JobType,
  JsonScalar,
  ModelConnection,
  ModelServingConnection,
  ModelType,
  ModelVersionConnection,
  ModelVersionType,
  OutlierGroupType,
  PageArgs,
  ProfileType,
  ScoreConnection,
  ScoreExplanationType,
  ScoreReasonType,
  ScoreType,
} from '@kohort/gateway-schema';
import type { ModelRecord, ModelVersionRecord, ScoreRecord } from '@kohort/kernel-contracts';
import { algorithmAccounts, type AlgorithmAccount, type FeatureChange } from '@kohort/models-domain';
import { callerOf, type GatewayContext, type ScoreExplainer } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { identityOf, metricsOf, outlierGroupOf, sheetsOf } from './card-views';

/** Models, their versions, and what they say of people. */
@Resolver(() => ModelType)
export class ModelResolver {
  @Query(() => ModelConnection)
  @Policy('graphql:read')
  async models(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    return connection(await context.reader.models.list(pageOf(args)), asIs);
  }

  @Query(() => ModelType, { nullable: true })
  @Policy('graphql:read')
  model(@Args('key') key: string, @Context('gateway') context: GatewayContext) {
    return context.loaders.modelByKey.load(key);
  }

  @Query(() => [ClusteringAlgorithmType], { description: 'The ways to cluster people, the plainest first.' })
  @Policy('graphql:read')
  clusteringAlgorithms(): AlgorithmAccount[] {
    return algorithmAccounts();
  }

  @Query(() => ScoreType, {
    nullable: true,
    description: 'Null when there is no such profile or model, or the live version does not know this person.',
  })
  @Policy('graphql:read')
  async score(
    @Args('profile', { type: () => ID }) profileId: string,
    @Args('model') modelKey: string,
    @Context('gateway') context: GatewayContext,
  ) {
    const model = await context.loaders.modelByKey.load(modelKey);
    return model ? context.reader.models.score(profileId, model.id) : null;
  }

  @ResolveField(() => ModelVersionConnection, { description: 'Newest first.' })
  @Policy('graphql:read')
  async versions(
    @Parent() model: ModelRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.models.versions(model.id, pageOf(args)), asIs);
  }

  @ResolveField(() => ModelServingConnection, {
    description: 'Which version was served from when on, the newest first.',
  })
  @Policy('graphql:read')
  async servings(
    @Parent() model: ModelRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.models.servings(model.id, pageOf(args)), asIs);
  }

  @ResolveField(() => ModelVersionType, { nullable: true, description: 'The live version; the latest when none is.' })
  @Policy('graphql:read')
  currentVersion(@Parent() model: ModelRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.modelVersion.load(model.id);
  }

  @ResolveField(() => JsonScalar, { nullable: true, description: 'The card of the current version.' })
  @Policy('graphql:read')
  async card(@Parent() model: ModelRecord, @Context('gateway') context: GatewayContext) {
    return (await context.loaders.modelVersion.load(model.id))?.card ?? null;
  }

  @ResolveField(() => JsonScalar, {
    nullable: true,
    description: 'The figures by which the current version is judged.',
  })
  @Policy('graphql:read')
  async metrics(@Parent() model: ModelRecord, @Context('gateway') context: GatewayContext) {
    const version = await context.loaders.modelVersion.load(model.id);
    return version ? metricsOf(version.card) : null;
  }

  @ResolveField(() => [ClusterType], {
    description: 'Of the current version; empty for a model that is no clustering.',
  })
  @Policy('graphql:read')
  async clusters(@Parent() model: ModelRecord, @Context('gateway') context: GatewayContext) {
    const version = await context.loaders.modelVersion.load(model.id);
    return version ? sheetsOf(version.card) : [];
  }

  @ResolveField(() => OutlierGroupType, {
    nullable: true,
    description: 'The people whom the live version of a clustering finds like nobody; null for another kind of model.',
  })
  @Policy('graphql:read')
  async outliers(@Parent() model: ModelRecord, @Context('gateway') context: GatewayContext) {
    const version = await context.loaders.modelVersion.load(model.id);
    const group = version ? outlierGroupOf(version.card) : null;
    return group && { modelId: model.id, ...group };
  }
}

/** Some dozens of people placed. */
const EXPLANATION_COST = 5;

/** The edges of a model's version. */
@Resolver(() => ModelVersionType)
export class ModelVersionResolver {
  @ResolveField(() => JobType, { nullable: true, description: 'The job that trained it.' })
  @Policy('graphql:read')
  trainedBy(@Parent() version: ModelVersionRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.job.load(version.runId);
  }

  @ResolveField(() => ClusterIdentityType, {
    nullable: true,
    description:
      'Which of its clusters is which of the version before; null for a first version, and of no clustering.',
  })
  @Policy('graphql:read')
  identity(@Parent() version: ModelVersionRecord) {
    return identityOf(version.card);
  }
}

/** The edges of a score. */
@Resolver(() => ScoreType)
export class ScoreResolver {
  private readonly known = new WeakMap<ScoreRecord, ReturnType<ScoreExplainer['explain']>>();

  @ResolveField(() => ModelType)
  @Policy('graphql:read')
  model(@Parent() score: ScoreRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.model.load(score.modelId);
  }

  @ResolveField(() => ProfileType)
  @Policy('graphql:read')
  profile(@Parent() score: ScoreRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.profile.load(score.profileId);
  }

  @ResolveField(() => [ScoreReasonType], {
    nullable: true,
    description:
      'What moved this score, the strongest first. Null where it cannot be said: the records have changed since, or are gone.',
  })
  @Policy('graphql:read')
  async reasons(@Parent() score: ScoreRecord, @Context('gateway') context: GatewayContext) {
    return (await this.explained(context, score))?.reasons ?? null;
  }

  @ResolveField(() => ScoreExplanationType, {
    nullable: true,
    complexity: EXPLANATION_COST,
    description:
      'What this score is made of; of a cluster also the rule that the person follows, and how far they are from every other cluster. Null where it cannot be said.',
  })
  @Policy('graphql:read')
  explanation(@Parent() score: ScoreRecord, @Context('gateway') context: GatewayContext) {
    return this.explained(context, score);
  }

  /** Reasons and explanation of one score are one reading. */
  private explained(context: GatewayContext, score: ScoreRecord): ReturnType<ScoreExplainer['explain']> {
    const known = this.known.get(score) ?? this.explain(context, score);
    this.known.set(score, known);
    return known;
  }

  private async explain(context: GatewayContext, score: ScoreRecord): ReturnType<ScoreExplainer['explain']> {
    const model = await context.loaders.model.load(score.modelId);
    if (!model) return null;
    const asked = { profileId: score.profileId, model, score };
    return context.services.scoreReasons.explain(callerOf(context).workspaceId, asked);
  }
}

const asNumber = (value: FeatureChange['from']): number | null => (typeof value === 'number' ? value : null);
const asWord = (value: FeatureChange['from']): string | null => (typeof value === 'string' ? value : null);

const WORD =
  'Of a feature of words; `unknown` where there is none, `another word` for one that the model does not name.';

/** A change of a number, or of a word. */
@Resolver(() => FeatureChangeType)
export class FeatureChangeResolver {
  @ResolveField(() => Float, { nullable: true, description: 'Null: unknown, or a word.' })
  @Policy('graphql:read')
  from(@Parent() change: FeatureChange) {
    return asNumber(change.from);
  }

  @ResolveField(() => Float, { nullable: true, description: 'Null: unknown, or a word.' })
  @Policy('graphql:read')
  to(@Parent() change: FeatureChange) {
    return asNumber(change.to);
  }

  @ResolveField(() => String, { nullable: true, description: WORD })
  @Policy('graphql:read')
  fromWord(@Parent() change: FeatureChange) {
    return asWord(change.from);
  }

  @ResolveField(() => String, { nullable: true, description: WORD })
  @Policy('graphql:read')
  toWord(@Parent() change: FeatureChange) {
    return asWord(change.to);
  }
}

/** The edges of the people of a clustering who are like nobody. */
@Resolver(() => OutlierGroupType)
export class OutlierGroupResolver {
  @ResolveField(() => ScoreConnection, { description: 'Who they are.' })
  @Policy('graphql:read')
  async scores(
    @Parent() group: OutlierGroupType,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.models.outliers(group.modelId, pageOf(args)), asIs);
  }
}

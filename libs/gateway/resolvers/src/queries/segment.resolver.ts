import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver, Float } from '@nestjs/graphql';
import {
  SegmentEntity,
  ClusterType,
  DateTimeScalar,
  DiffSyncType,
  FreshnessLagType,
  FreshnessType,
  JsonScalar,
  MembershipConnection,
  MembershipExplanationType,
  MembershipType,
  PageArgs,
  ProfileType,
  SegmentConnection,
  SegmentFilter,
  SegmentType,
  SegmentVersionConnection,
  SegmentVersionType,
  SyncConnection,
} from '@kohort/gateway-schema';
import type {
  FreshnessRecord,
  Json,
  MembershipProofRecord,
  MembershipRecord,
  SegmentRecord,
} from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { clustersNamedBy, entityOf, sheetsOf } from './card-views';
import { callsOfSyncs } from './downstream-calls';

/** A membership as the API shows it: those who were never in have no version and no cause. */
type MembershipNode = Omit<MembershipRecord, 'segmentVersion' | 'cause'> & {
  readonly segmentVersion: number | null;
  readonly cause: string | null;
};

interface Pair {
  readonly profileId: string;
  readonly segment: string;
}

async function proofOf(
  context: GatewayContext,
  pair: Pair,
): Promise<{ node: MembershipNode; proof: MembershipProofRecord | null } | null> {
  const [profile, segment] = await Promise.all([
    context.loaders.profile.load(pair.profileId),
    context.loaders.segmentByKey.load(pair.segment),
  ]);
  if (!profile || !segment) return null;
  const proof = await context.reader.segments.proof(profile.id, segment.id);
  const never: MembershipNode = {
    segmentId: segment.id,
    profileId: profile.id,
    member: false,
    changeVersion: 0,
    segmentVersion: null,
    enteredAt: null,
    exitedAt: null,
    cause: null,
  };
  return { node: proof ?? never, proof };
}

async function ruleOf(context: GatewayContext, segmentId: string): Promise<Json> {
  return (await context.loaders.segmentVersion.load(segmentId))?.rule ?? null;
}

/** Segments, and who is in them. */
@Resolver(() => SegmentType)
export class SegmentResolver {
  @Query(() => SegmentConnection)
  @Policy('graphql:read')
  async segments(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => SegmentFilter, nullable: true }) filter: SegmentFilter | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const narrowed = {
      kind: filter?.kind ?? undefined,
      status: filter?.status ?? undefined,
      held: filter?.held ?? undefined,
      search: filter?.search ?? undefined,
    };
    return connection(await context.reader.segments.list(narrowed, pageOf(args)), asIs);
  }

  @Query(() => SegmentType, { nullable: true })
  @Policy('graphql:read')
  segment(@Args('key') key: string, @Context('gateway') context: GatewayContext) {
    return context.loaders.segmentByKey.load(key);
  }

  @Query(() => MembershipType, { nullable: true, description: 'Null when there is no such profile or segment.' })
  @Policy('graphql:read')
  async membership(
    @Args('profile', { type: () => ID }) profileId: string,
    @Args('segment') segment: string,
    @Context('gateway') context: GatewayContext,
  ): Promise<MembershipNode | null> {
    return (await proofOf(context, { profileId, segment }))?.node ?? null;
  }

  @Query(() => MembershipExplanationType, {
    nullable: true,
    description: 'Why this person is in, or is not. Null when there is no such profile or segment.',
  })
  @Policy('graphql:read')
  async explainMembership(
    @Args('profile', { type: () => ID }) profileId: string,
    @Args('segment') segment: string,
    @Context('gateway') context: GatewayContext,
  ) {
    const found = await proofOf(context, { profileId, segment });
    if (!found) return null;
    const { workspaceId } = callerOf(context);
    const now = await context.services.memberships.explain(workspaceId, {
      profileId: found.node.profileId,
      segmentKey: segment,
    });
    return {
      membership: found.node,
      memberNow: now?.member ?? null,
      evaluatedAt: now?.evaluatedAt ?? null,
      proof: now?.proof ?? found.proof?.proof ?? null,
      recordedProof: found.proof?.proof ?? null,
      proofHash: found.proof?.proofHash ?? null,
      nextChangeAt: now ? now.nextChangeAt : (found.proof?.nextChangeAt ?? null),
      rule: await ruleOf(context, found.node.segmentId),
    };
  }

  @ResolveField(() => JsonScalar, {
    nullable: true,
    description: 'Of the live version; of the latest when none is live.',
  })
  @Policy('graphql:read')
  rule(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    return ruleOf(context, segment.id);
  }

  @ResolveField(() => SegmentEntity, { description: 'Whom it holds: people, or accounts.' })
  @Policy('graphql:read')
  async entity(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    return entityOf(await ruleOf(context, segment.id));
  }

  @ResolveField(() => String, { nullable: true, description: 'The same rule in the text form.' })
  @Policy('graphql:read')
  async ruleText(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    const rule = await ruleOf(context, segment.id);
    return rule === null ? null : context.services.rules.print(rule);
  }

  @ResolveField(() => SegmentVersionType, {
    nullable: true,
    description: 'The newest version that was published and is held, until somebody releases or discards it.',
  })
  @Policy('graphql:read')
  heldVersion(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.heldVersion.load(segment.id);
  }

  @ResolveField(() => SegmentVersionConnection)
  @Policy('graphql:read')
  async versions(
    @Parent() segment: SegmentRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.segments.versions(segment.id, pageOf(args)), asIs);
  }

  @ResolveField(() => MembershipConnection, {
    description: 'Those who are in, by profile id; with `asOf` those who were, by the changes recorded before it.',
  })
  @Policy('graphql:read')
  async members(
    @Parent() segment: SegmentRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('asOf', { type: () => DateTimeScalar, nullable: true }) asOf: number | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const { segments } = context.reader;
    const page = pageOf(args);
    const found = asOf == null ? segments.members(segment.id, page) : segments.membersAsOf(segment.id, asOf, page);
    return connection(await found, asIs);
  }

  @ResolveField(() => FreshnessType)
  @Policy('graphql:read')
  async freshness(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    const found = await context.loaders.freshness.load(segment.id);
    const rule = await ruleOf(context, segment.id);
    const isCounted = rule !== null && context.services.rules.isCounted(rule);
    return found && { ...found, countedAt: isCounted ? found.countedAt : null };
  }

  @ResolveField(() => DateTimeScalar, { nullable: true })
  @Policy('graphql:read')
  async lastChangeAt(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    return (await context.loaders.freshness.load(segment.id))?.lastChangeAt ?? null;
  }

  @ResolveField(() => Float, {
    nullable: true,
    description: '0–1: share of everybody’s monetary value; null while no features are computed.',
  })
  @Policy('graphql:read')
  async valueShare(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    return (await context.loaders.valueShare.load(segment.id))?.valueShare ?? null;
  }

  @ResolveField(() => [ClusterType], {
    nullable: true,
    description: 'For a cluster segment: the sheets of the clusters that its rule names.',
  })
  @Policy('graphql:read')
  async profileSheet(@Parent() segment: SegmentRecord, @Context('gateway') context: GatewayContext) {
    const named = clustersNamedBy(await ruleOf(context, segment.id));
    if (!named) return null;
    const model = await context.loaders.modelByKey.load(named.model);
    if (!model) return null;
    const version = await context.loaders.modelVersion.load(model.id);
    return version ? sheetsOf(version.card).filter((sheet) => named.in.includes(sheet.key)) : null;
  }

  @ResolveField(() => SyncConnection, { description: 'Where this segment is synced to.' })
  @Policy('graphql:read')
  async usedBy(
    @Parent() segment: SegmentRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.syncs.list({ segmentId: segment.id }, pageOf(args)), asIs);
  }

  @ResolveField(() => [DiffSyncType], {
    description: 'What each of its syncs would have to bring to its destination for so many people.',
  })
  @Policy('graphql:read')
  downstreamCalls(
    @Parent() segment: SegmentRecord,
    @Args('adds', { type: () => Int }) adds: number,
    @Args('removes', { type: () => Int }) removes: number,
    @Context('gateway') context: GatewayContext,
  ) {
    return callsOfSyncs(context, segment.id, { adds: Math.max(0, adds), removes: Math.max(0, removes) });
  }
}

/** What costs more to know of how fresh a segment is. */
@Resolver(() => FreshnessType)
export class FreshnessResolver {
  @ResolveField(() => FreshnessLagType, {
    nullable: true,
    complexity: 10,
    description: 'Of those of the latest 1,000 changes that an event brought about; null when there is none.',
  })
  @Policy('graphql:read')
  lag(@Parent() freshness: FreshnessRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.lag.load(freshness.segmentId);
  }
}

/** The edges of a membership. */
@Resolver(() => MembershipType)
export class MembershipResolver {
  @ResolveField(() => SegmentType)
  @Policy('graphql:read')
  segment(@Parent() membership: MembershipNode, @Context('gateway') context: GatewayContext) {
    return context.loaders.segment.load(membership.segmentId);
  }

  @ResolveField(() => ProfileType)
  @Policy('graphql:read')
  profile(@Parent() membership: MembershipNode, @Context('gateway') context: GatewayContext) {
    return context.loaders.profile.load(membership.profileId);
  }
}

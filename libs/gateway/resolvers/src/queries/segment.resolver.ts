import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver, Float } from '@nestjs/graphql';
import {
  SegmentEntity,
  ClusterType,
  DateTimeScalar,
  DiffSyncType,
  FreshnessLagType,
  FreshnessType,
  JsonScalar,
  MembersArgs,
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
import {
  profileIdSchema,
  type FreshnessRecord,
  type Json,
  type MembershipProofRecord,
  type MembershipRecord,
  type Page,
  type PageRequest,
  type SegmentRecord,
} from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { cursorIn, placeIn, type ListName } from '../context/list-cursors';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { clustersNamedBy, entityOf, sheetsOf } from './card-views';
import { callsOfSyncs } from './downstream-calls';

/** Who asks of now may have a clock that is that far ahead of ours. */
const CLOCKS_APART_MS = 60_000;

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

/** A page of those who were in by what is known now, by their ids; no entry is recorded of them. */
async function knownNow(
  context: GatewayContext,
  of: { readonly segment: SegmentRecord; readonly asOf: number },
  { first, after }: PageRequest,
): Promise<Page<MembershipNode>> {
  const { previews, deadlineMs } = context.services;
  if (previews === null) throw gatewayErrors.GATEWAY_NO_COLUMNS();
  const { workspaceId } = callerOf(context);
  const list: ListName = [workspaceId, 'membersKnownNow', of.segment.id, of.asOf];
  const place = placeIn(list, after, profileIdSchema);
  const asked = { workspaceId, key: of.segment.key, asOf: of.asOf, after: place, limit: first + 1 };
  const { ids, segmentId, segmentVersion } = await previews.membersKnownNow(asked, AbortSignal.timeout(deadlineMs));
  const unrecorded = { member: true, changeVersion: 0, enteredAt: null, exitedAt: null, cause: null } as const;
  return {
    items: ids.slice(0, first).map((profileId) => ({
      cursor: cursorIn(list, profileId),
      node: { ...unrecorded, segmentId, profileId, segmentVersion },
    })),
    hasNextPage: ids.length > first,
  };
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
    const version = await context.loaders.segmentVersion.load(found.node.segmentId);
    const rule = version?.rule ?? null;
    const proof = now?.proof ?? found.proof?.proof ?? null;
    // A recorded proof is of the version that decided then, and its nodes are those of that one's rule.
    const isOfRule = now !== null || version?.version === found.proof?.proofVersion;
    return {
      membership: found.node,
      memberNow: now?.member ?? null,
      evaluatedAt: now?.evaluatedAt ?? null,
      proof,
      proven: { proof, rule: isOfRule ? rule : null },
      recordedProof: found.proof?.proof ?? null,
      proofHash: found.proof?.proofHash ?? null,
      nextChangeAt: now ? now.nextChangeAt : (found.proof?.nextChangeAt ?? null),
      rule,
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
    description:
      'Those who are in, by profile id; with `asOf` those who were: by the changes recorded before it, or, `known: NOW`, by the rule that serves and all that has become known since.',
  })
  @Policy('graphql:read')
  async members(
    @Parent() segment: SegmentRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args({ type: () => MembersArgs }) { asOf, known }: MembersArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    const { segments } = context.reader;
    const page = pageOf(args);
    if (asOf == null) return connection(await segments.members(segment.id, page), asIs);
    const latest = context.services.clock.now() + CLOCKS_APART_MS;
    if (known === 'then' && asOf > latest) throw gatewayErrors.GATEWAY_AS_OF_AHEAD();
    if (known === 'then') return connection(await segments.membersAsOf(segment.id, asOf, page), asIs);
    return connection(await knownNow(context, { segment, asOf }, page), asIs);
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

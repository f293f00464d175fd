import { Args, Context, ID, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import {
  AlertType,
  CursorScalar,
  JobType,
  MembershipChangeKind,
  MembershipChangeType,
  ProfileType,
  SegmentType,
  SyncRunType,
} from '@kohort/gateway-schema';
import type { ChangeFilter, MembershipChange } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { liveStream } from '../feeds/live-stream';

async function filterOf(
  context: GatewayContext,
  asked: { segment: string | null; profile: string | null; kinds: readonly string[] | null },
): Promise<ChangeFilter> {
  const segment = asked.segment === null ? null : await context.loaders.segmentByKey.load(asked.segment);
  if (asked.segment !== null && !segment) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
  const profile = asked.profile === null ? null : await context.loaders.profile.load(asked.profile);
  if (asked.profile !== null && !profile) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'profile' });
  return { segmentId: segment?.id, profileId: profile?.id, kinds: asked.kinds ?? undefined };
}

/** What comes by itself. */
@Resolver(() => MembershipChangeType)
export class StreamResolver {
  @Subscription(() => MembershipChangeType, {
    description:
      'Who enters and leaves, in commit order, without a gap behind `after` (from now on when absent). A cursor behind which something is older than seven days is refused with a `snapshotToken` for `membershipSnapshot`.',
  })
  @Policy('graphql:read')
  membershipChanged(
    @Args('segment', { type: () => String, nullable: true, description: 'Key of a segment.' }) segment: string | null,
    @Args('profile', { type: () => ID, nullable: true }) profile: string | null,
    @Args('kinds', { type: () => [MembershipChangeKind], nullable: true }) kinds: string[] | null,
    @Args('after', { type: () => CursorScalar, nullable: true }) after: string | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const asked = { segment: segment ?? null, profile: profile ?? null, kinds: kinds ?? null };
    return liveStream(context, 'membershipChanged', async () => {
      const filter = await filterOf(context, asked);
      return context.services.changes.open(callerOf(context).workspaceId, after ?? null, filter);
    });
  }

  @Subscription(() => JobType, {
    description: 'A job as it goes on, beginning with its present state; over when it is.',
  })
  @Policy('graphql:read')
  jobProgress(@Args('id', { type: () => ID }) id: string, @Context('gateway') context: GatewayContext) {
    return liveStream(context, 'jobProgress', () =>
      context.services.feeds.jobs.open(callerOf(context).workspaceId, id),
    );
  }

  @Subscription(() => SyncRunType, {
    description: 'A run of a sync as it goes on, beginning with its present state; over when it is.',
  })
  @Policy('graphql:read')
  syncRunProgress(@Args('id', { type: () => ID }) id: string, @Context('gateway') context: GatewayContext) {
    const { feeds } = context.services;
    return liveStream(context, 'syncRunProgress', () => feeds.syncRuns.open(callerOf(context).workspaceId, id));
  }

  @Subscription(() => JobType, {
    description:
      'The latest back-fill of a segment as it goes on, beginning with its present state, and each one that follows.',
  })
  @Policy('graphql:read')
  segmentProgress(
    @Args('segment', { type: () => String, description: 'Key of the segment.' }) segment: string,
    @Context('gateway') context: GatewayContext,
  ) {
    return liveStream(context, 'segmentProgress', async () => {
      const found = await context.loaders.segmentByKey.load(segment);
      if (!found) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
      return context.services.feeds.segments.open(callerOf(context).workspaceId, found.id);
    });
  }

  @Subscription(() => AlertType, {
    description: 'Alerts that are raised from now on, each once; those that stand are in `alerts`.',
  })
  @Policy('graphql:read')
  alertRaised(@Context('gateway') context: GatewayContext) {
    const { feeds } = context.services;
    return liveStream(context, 'alertRaised', () => feeds.alerts.open(callerOf(context).workspaceId));
  }

  @ResolveField(() => ID)
  @Policy('graphql:read')
  id(@Parent() change: MembershipChange): string {
    return `${change.segmentId}:${change.profileId}:${change.changeVersion}`;
  }

  @ResolveField(() => SegmentType)
  @Policy('graphql:read')
  segment(@Parent() change: MembershipChange, @Context('gateway') context: GatewayContext) {
    return context.loaders.segment.load(change.segmentId);
  }

  @ResolveField(() => ProfileType)
  @Policy('graphql:read')
  profile(@Parent() change: MembershipChange, @Context('gateway') context: GatewayContext) {
    return context.loaders.profile.load(change.profileId);
  }
}

import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ConnectorType,
  DestinationConnection,
  DestinationType,
  JobType,
  PageArgs,
  ProfileType,
  SegmentType,
  SyncConnection,
  SyncRecordConnection,
  SyncRecordFilter,
  SyncRecordType,
  SyncRunConnection,
  SyncRunType,
  SyncStateCountType,
  SyncType,
} from '@kohort/gateway-schema';
import type { ConnectorCard, DestinationView, SyncFateRecord, SyncRunRecord, SyncView } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

/** Destinations and their syncs. */
@Resolver(() => DestinationType)
export class DestinationResolver {
  @Query(() => DestinationConnection)
  @Policy('graphql:read')
  async destinations(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    return connection(await context.reader.syncs.destinations(pageOf(args)), asIs);
  }

  @Query(() => [ConnectorType], { description: 'The kinds of destination that this installation knows.' })
  @Policy('graphql:read')
  connectors(@Context('gateway') context: GatewayContext): readonly ConnectorCard[] {
    return context.services.connectors.cards;
  }

  @ResolveField(() => SyncConnection)
  @Policy('graphql:read')
  async syncs(
    @Parent() destination: DestinationView,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.syncs.list({ destinationId: destination.id }, pageOf(args)), asIs);
  }
}

/** Syncs and their runs. */
@Resolver(() => SyncType)
export class SyncResolver {
  @Query(() => SyncConnection)
  @Policy('graphql:read')
  async syncs(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    return connection(await context.reader.syncs.list({}, pageOf(args)), asIs);
  }

  @Query(() => SyncType, { nullable: true })
  @Policy('graphql:read')
  sync(@Args('id', { type: () => ID }) id: string, @Context('gateway') context: GatewayContext) {
    return context.loaders.sync.load(id);
  }

  @ResolveField(() => DestinationType)
  @Policy('graphql:read')
  destination(@Parent() sync: SyncView, @Context('gateway') context: GatewayContext) {
    return context.loaders.destination.load(sync.destinationId);
  }

  @ResolveField(() => SegmentType)
  @Policy('graphql:read')
  segment(@Parent() sync: SyncView, @Context('gateway') context: GatewayContext) {
    return context.loaders.segment.load(sync.segmentId);
  }

  @ResolveField(() => [SyncStateCountType], { description: 'How many people stand how in the destination.' })
  @Policy('graphql:read')
  states(@Parent() sync: SyncView, @Context('gateway') context: GatewayContext) {
    return context.reader.syncs.states(sync.id);
  }

  @ResolveField(() => SyncRunConnection, { description: 'Newest first.' })
  @Policy('graphql:read')
  async runs(
    @Parent() sync: SyncView,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.syncs.runs(sync.id, pageOf(args)), asIs);
  }
}

/** One run of a sync, record by record. */
@Resolver(() => SyncRunType)
export class SyncRunResolver {
  @Query(() => SyncRunType, { nullable: true })
  @Policy('graphql:read')
  syncRun(@Args('id', { type: () => ID }) id: string, @Context('gateway') context: GatewayContext) {
    return context.reader.syncs.run(id);
  }

  @ResolveField(() => SyncType)
  @Policy('graphql:read')
  sync(@Parent() run: SyncRunRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.sync.load(run.syncId);
  }

  @ResolveField(() => JobType, { nullable: true })
  @Policy('graphql:read')
  job(@Parent() run: SyncRunRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.job.load(run.id);
  }

  @ResolveField(() => SyncRecordConnection)
  @Policy('graphql:read')
  async records(
    @Parent() run: SyncRunRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => SyncRecordFilter, nullable: true }) filter: SyncRecordFilter | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const narrowed = { fate: filter?.fate ?? undefined, operation: filter?.operation ?? undefined };
    return connection(await context.reader.syncs.records(run.id, narrowed, pageOf(args)), asIs);
  }
}

/** The edges of a member's fate. */
@Resolver(() => SyncRecordType)
export class SyncRecordResolver {
  @ResolveField(() => ProfileType)
  @Policy('graphql:read')
  profile(@Parent() record: SyncFateRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.profile.load(record.profileId);
  }
}

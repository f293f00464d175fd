import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  EventConnection,
  EventType,
  FeaturesType,
  IdentifierConnection,
  MembershipConnection,
  PageArgs,
  ProfileArgs,
  ProfileType,
  ScoreConnection,
  SourceType,
  TraitConnection,
} from '@kohort/gateway-schema';
import type { EventRecord, ProfileRecord } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';

/** People, and what is known of them. */
@Resolver(() => ProfileType)
export class ProfileResolver {
  @Query(() => ProfileType, { nullable: true, description: 'By id, or by the value of any identifier.' })
  @Policy('graphql:read')
  profile(@Args({ type: () => ProfileArgs }) args: ProfileArgs, @Context('gateway') context: GatewayContext) {
    if (args.id != null) return context.loaders.profile.load(args.id);
    if (args.identifier == null) throw gatewayErrors.GATEWAY_PROFILE_UNNAMED();
    const type = args.identifierType ?? undefined;
    return context.reader.profiles.byIdentifier({ value: args.identifier, type });
  }

  @ResolveField(() => TraitConnection)
  @Policy('graphql:read')
  async traits(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.profiles.traits(profile.id, pageOf(args)), asIs);
  }

  @ResolveField(() => FeaturesType, { nullable: true })
  @Policy('graphql:read')
  features(@Parent() profile: ProfileRecord, @Context('gateway') context: GatewayContext) {
    return context.reader.profiles.features(profile.id);
  }

  @ResolveField(() => EventConnection, { description: 'Newest first.' })
  @Policy('graphql:read')
  async events(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.profiles.events(profile.id, pageOf(args)), asIs);
  }

  @ResolveField(() => MembershipConnection, { description: 'The segments that this person is in.' })
  @Policy('graphql:read')
  async memberships(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.segments.membershipsOf(profile.id, pageOf(args)), asIs);
  }

  @ResolveField(() => IdentifierConnection)
  @Policy('graphql:read')
  async identities(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.profiles.identifiers(profile.id, pageOf(args)), asIs);
  }

  @ResolveField(() => ScoreConnection, { description: 'Of the live versions of all models.' })
  @Policy('graphql:read')
  async scores(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.models.scoresOf(profile.id, pageOf(args)), asIs);
  }
}

/** The edges of an event. */
@Resolver(() => EventType)
export class EventResolver {
  @ResolveField(() => SourceType)
  @Policy('graphql:read')
  source(@Parent() event: EventRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.source.load(event.sourceId);
  }
}

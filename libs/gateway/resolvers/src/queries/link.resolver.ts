import { Args, Context, Float, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  LinkCandidateConnection,
  LinkCandidateState as LinkCandidateStateEnum,
  LinkCandidateType,
  PageArgs,
  ProfileType,
} from '@kohort/gateway-schema';
import type { LinkCandidateRecord, LinkCandidateState } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

/** Pairs of people who may be one. */
@Resolver(() => LinkCandidateType)
export class LinkCandidateResolver {
  @Query(() => LinkCandidateConnection, { description: 'People who may be one, the likeliest pair first.' })
  @Policy('graphql:read')
  async linkCandidates(
    @Args('state', { type: () => LinkCandidateStateEnum, nullable: true, description: 'All when absent.' })
    state: LinkCandidateState | null,
    @Args('minProbability', { type: () => Float, nullable: true }) minProbability: number | null,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    const filter = { state: state ?? null, minProbability: minProbability ?? null };
    return connection(await context.identity.linkCandidates(filter, pageOf(args)), asIs);
  }

  @ResolveField(() => [ProfileType])
  @Policy('graphql:read')
  async profiles(@Parent() candidate: LinkCandidateRecord, @Context('gateway') context: GatewayContext) {
    const found = await Promise.all(candidate.profileIds.map((id) => context.loaders.profile.load(id)));
    return found.filter((profile) => profile !== null);
  }
}

import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { MembershipExplanationType, ProvenConditionType } from '@kohort/gateway-schema';
import type { Json } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { provenConditions, type ProvenCondition } from './proven-conditions';

/** Why somebody is in a segment, or is not. */
@Resolver(() => MembershipExplanationType)
export class MembershipExplanationResolver {
  @ResolveField(() => [ProvenConditionType], {
    description: 'The nodes of `proof` in words, in its order; none where the rule that decided is not the one shown.',
  })
  @Policy('graphql:read')
  conditions(
    @Parent() { proven }: { readonly proven: { readonly proof: Json; readonly rule: Json } },
    @Context('gateway') context: GatewayContext,
  ): Promise<readonly ProvenCondition[]> {
    return provenConditions(context, proven);
  }
}

import { Args, Context, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  IdentityRiskConnection,
  IdentityRulesConnection,
  IdentityRulesType,
  JsonScalar,
  MergeEntryConnection,
  PageArgs,
  ProfileType,
} from '@kohort/gateway-schema';
import { DEFAULT_RULES, RECOMMENDED_RULES, maskIdentifier, parseIdentityRules } from '@kohort/identity-domain';
import type { MergeRecord, ProfileRecord, RiskRecord } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

const NONE_SET = {
  version: 0,
  rules: DEFAULT_RULES,
  status: 'active',
  note: null,
  savedBy: null,
  savedAt: null,
  appliedAt: null,
};

const toEntry = (record: MergeRecord) => ({
  ...record,
  identifiers: (record.link ?? []).map((one) => ({ type: one.type, masked: maskIdentifier(one) })),
});

const toRisk = ({ value, ...record }: RiskRecord) => ({
  ...record,
  masked: maskIdentifier({ type: record.type, value }),
});

/** Identity rules and what they lead to. Values of identifiers are masked. */
@Resolver()
export class IdentityResolver {
  @Query(() => IdentityRulesType, { description: 'Those by which people are told apart now.' })
  @Policy('graphql:read')
  async identityRules(@Context('gateway') context: GatewayContext) {
    return (await context.identity.activeRules()) ?? NONE_SET;
  }

  @Query(() => IdentityRulesConnection, { description: 'All versions, newest first.' })
  @Policy('graphql:read')
  async identityRulesVersions(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.identity.rules(pageOf(args)), asIs);
  }

  @Query(() => JsonScalar, { description: 'Rules to begin with: one user id a person, limits for everything else.' })
  @Policy('graphql:read')
  recommendedIdentityRules() {
    return RECOMMENDED_RULES;
  }

  @Query(() => IdentityRiskConnection, { description: 'Values that link too many, the worst first.' })
  @Policy('graphql:read')
  async identityRisks(
    @Args('threshold', {
      type: () => Int,
      nullable: true,
      description: 'More links than this; what the rules say when absent.',
    })
    threshold: number | null,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    const active = threshold === null ? await context.identity.activeRules() : null;
    const rules = active ? parseIdentityRules(active.rules) : DEFAULT_RULES;
    const limit = Math.max(0, threshold ?? rules.risk.profiles);
    return connection(await context.identity.risks(limit, pageOf(args)), toRisk);
  }
}

/** How a person came to be one. */
@Resolver(() => ProfileType)
export class ProfileMergesResolver {
  @ResolveField(() => MergeEntryConnection, {
    description: 'How this person came to be one, and what was kept apart; newest first.',
  })
  @Policy('graphql:read')
  async mergeHistory(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.identity.merges(profile.id, pageOf(args)), toEntry);
  }
}

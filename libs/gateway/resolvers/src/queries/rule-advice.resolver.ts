import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { workspaceFeatures } from '@kohort/features-flow';
import { JsonScalar, RuleAdviceResult } from '@kohort/gateway-schema';
import type { Json } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, invalidInput, type Answer } from '../errors/results';

/** A count of names over everybody, and a look at some records of each name that the rule uses. */
export const ADVICE_COST = 100;

/** What can be said of a rule before anybody is asked. */
@Resolver()
export class RuleAdviceResolver {
  @Query(() => RuleAdviceResult, {
    complexity: ADVICE_COST,
    description:
      'What in a rule holds for nobody by what is stored: names, properties, kinds and values that nobody has seen, computed traits that are not live; with what is most likely meant, and what a pass costs.',
  })
  @Policy('graphql:read')
  async ruleAdvice(
    @Args('rule', {
      type: () => JsonScalar,
      description: '{"version": 1, "entity": "profile", "where": …}, or a text in the text form.',
    })
    rule: unknown,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const verdict = context.services.rules.check(rule as Json);
    if (!verdict.valid) return invalidInput('GATEWAY_RULE_INVALID', verdict.issues);
    return answer('RuleAdvice', async () => {
      const { previews, traits, deadlineMs } = context.services;
      if (previews === null) throw gatewayErrors.GATEWAY_NO_COLUMNS();
      const { workspaceId } = callerOf(context);
      const { definitions } = await workspaceFeatures(traits.store, workspaceId);
      const asleep = definitions.filter(({ live }) => live !== true).map(({ key }) => key);
      return previews.advise({ workspaceId, rule: verdict.rule, asleep }, AbortSignal.timeout(deadlineMs));
    });
  }
}

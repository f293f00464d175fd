import { Args, Context, ID, Int, Mutation, Resolver } from '@nestjs/graphql';
import {
  ApplyIdentityRulesResult,
  JsonScalar,
  MergeProfilesResult,
  SaveIdentityRulesResult,
  SimulateIdentityRulesResult,
  UnmergeProfileResult,
} from '@kohort/gateway-schema';
import { identityErrors, parseIdentityRules, storedDecision } from '@kohort/identity-domain';
import { parseShape, runParams, type Json, type PartingRecord } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { requestJob } from './run-request';

/** Rules as they are stored: whole, with what was left out filled in. */
const wholeRules = (rules: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(parseIdentityRules(rules))));

async function toParting(context: GatewayContext, { profileIds, isApart }: PartingRecord): Promise<object> {
  return { isApart, profiles: await context.reader.profiles.byIds(profileIds) };
}

/** How people are told apart, and decisions about single ones. */
@Resolver()
export class IdentityMutationsResolver {
  @Mutation(() => SaveIdentityRulesResult, {
    description: 'Keeps rules as a draft. They change nothing until they are applied.',
  })
  @Policy('graphql:write')
  saveIdentityRules(
    @Args('rules', { type: () => JsonScalar }) rules: unknown,
    @Args('note', { type: () => String, nullable: true }) note: string | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('IdentityRules', async () =>
      context.identity.saveRules({
        rules: wholeRules(rules),
        note: note === null || note === undefined ? null : note.slice(0, 500),
        savedBy: callerOf(context).keyId,
      }),
    );
  }

  @Mutation(() => SimulateIdentityRulesResult, {
    description: 'Tries rules on the whole history; the job’s result says what they would change. Nothing is written.',
  })
  @Policy('graphql:write')
  simulateIdentityRules(
    @Args('rules', { type: () => JsonScalar }) rules: unknown,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const params = parseShape(runParams['identity.simulate'], { rules: wholeRules(rules) });
      return requestJob(context, { job: 'identity.simulate', params, idempotencyKey });
    });
  }

  @Mutation(() => ApplyIdentityRulesResult, {
    description: 'Makes everybody anew by a saved version, which becomes the active one; 0: the built-in rules.',
  })
  @Policy('graphql:write')
  applyIdentityRules(
    @Args('version', { type: () => Int }) version: number,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const params = parseShape(runParams['identity.rebuild'], { version });
      if (version > 0 && !(await context.identity.rulesOf(version))) {
        throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'version of the identity rules' });
      }
      return requestJob(context, { job: 'identity.rebuild', params, idempotencyKey });
    });
  }

  @Mutation(() => MergeProfilesResult, {
    description: 'Joins two profiles by a person’s word; no limit stands against it.',
  })
  @Policy('graphql:write')
  mergeProfiles(
    @Args('profiles', { type: () => [ID], description: 'Two of them.' }) profiles: string[],
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Parting', async () => {
      const [one, other, more] = profiles;
      if (one === undefined || other === undefined || more !== undefined) {
        throw identityErrors.IDENTITY_RULES_INVALID({ path: 'profiles', reason: 'name two profiles' });
      }
      const actor = callerOf(context).keyId;
      return toParting(
        context,
        await context.identity.mergeProfiles({ profileIds: [one, other], actor }, storedDecision),
      );
    });
  }

  @Mutation(() => UnmergeProfileResult, {
    description: 'Takes a merge back, as if it had never been, and keeps its two identifiers apart from now on.',
  })
  @Policy('graphql:write')
  unmergeProfile(
    @Args('merge', { type: () => ID, description: 'An entry of the merge history.' }) merge: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Parting', async () => {
      const actor = callerOf(context).keyId;
      return toParting(context, await context.identity.unmerge({ mergeId: merge, actor }, storedDecision));
    });
  }
}

import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import {
  AcceptLinkCandidateResult,
  FindLinkCandidatesInput,
  FindLinkCandidatesResult,
  RejectLinkCandidateResult,
} from '@kohort/gateway-schema';
import { storedDecision } from '@kohort/identity-domain';
import { parseShape, runParams } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { requestJob } from './run-request';

/** Looking for people who may be one, and deciding about pairs. */
@Resolver()
export class LinkMutationsResolver {
  @Mutation(() => FindLinkCandidatesResult, {
    description: 'Compares people by their traits and keeps likely pairs for review. Nobody is merged by it.',
  })
  @Policy('graphql:write')
  findLinkCandidates(
    @Args('input', { type: () => FindLinkCandidatesInput }) input: FindLinkCandidatesInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const { fields, threshold, reviewLow, seed, maxProfiles } = input;
      const params = parseShape(runParams['identity.link'], {
        ...(fields == null
          ? {}
          : { fields: fields.map(({ trait, type }) => (type == null ? { trait } : { trait, type })) }),
        ...(threshold == null ? {} : { threshold }),
        ...(reviewLow == null ? {} : { reviewLow }),
        ...(seed == null ? {} : { seed }),
        ...(maxProfiles == null ? {} : { maxProfiles }),
      });
      return requestJob(context, { job: 'identity.link', params, idempotencyKey });
    });
  }

  @Mutation(() => AcceptLinkCandidateResult, {
    description: 'Joins the two of a pair; its entry in the merge history can be taken back.',
  })
  @Policy('graphql:write')
  acceptLinkCandidate(
    @Args('a', { type: () => ID }) a: string,
    @Args('b', { type: () => ID }) b: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('LinkCandidate', async () =>
      context.identity.acceptLink({ profileIds: [a, b], actor: callerOf(context).keyId }, storedDecision),
    );
  }

  @Mutation(() => RejectLinkCandidateResult, {
    description: 'Says that the two of a pair are not one; they are not offered again.',
  })
  @Policy('graphql:write')
  rejectLinkCandidate(
    @Args('a', { type: () => ID }) a: string,
    @Args('b', { type: () => ID }) b: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('LinkCandidate', async () =>
      context.identity.rejectLink({ profileIds: [a, b], actor: callerOf(context).keyId }),
    );
  }
}

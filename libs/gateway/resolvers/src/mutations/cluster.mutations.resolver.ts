import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { DraftClusterSegmentInput, DraftClusterSegmentResult } from '@kohort/gateway-schema';
import type { GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { answer, type Answer } from '../errors/results';
import { draftOfCluster } from './cluster-draft';
import { IdempotencyKey } from './mutation-args';

/** What is made of clusters. */
@Resolver()
export class ClusterMutationsResolver {
  @Mutation(() => DraftClusterSegmentResult, {
    description:
      'Makes a draft segment of the rules that tell a cluster of the current version. The same draft again is the same segment.',
  })
  @Policy('graphql:write')
  draftClusterSegment(
    @Args('input', { type: () => DraftClusterSegmentInput }) input: DraftClusterSegmentInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('ClusterDraft', () => draftOfCluster(context, input, idempotencyKey ?? null));
  }
}

import { Args, Context, ID, Int, Mutation, Resolver } from '@nestjs/graphql';
import { DryRunSyncResult, TestDestinationResult } from '@kohort/gateway-schema';
import { runParams } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { requestJob } from './run-request';

/** What only the sync worker can say, for it alone runs connectors: each of these is a job whose result is the answer. */
@Resolver()
export class DeliveryMutationsResolver {
  @Mutation(() => DryRunSyncResult, {
    description:
      'The requests that would leave next, exact but for what is blanked; nothing is sent. See the job’s result.',
  })
  @Policy('graphql:write')
  dryRunSync(
    @Args('id', { type: () => ID }) id: string,
    @Args('limit', { type: () => Int, defaultValue: 20, description: 'People, 1 to 100.' }) limit: number,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const sync = await context.loaders.sync.load(id);
      if (!sync) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'sync' });
      const params = runParams['sync.preview'].parse({ syncId: sync.id, limit });
      return requestJob(context, { job: 'sync.preview', params, idempotencyKey });
    });
  }

  @Mutation(() => TestDestinationResult, {
    description: 'One cheap authenticated call. The job’s result says what is wrong and who can put it right.',
  })
  @Policy('graphql:write')
  testDestination(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const destination = await context.loaders.destination.load(id);
      if (!destination) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'destination' });
      const params = runParams['destinations.check'].parse({ destinationId: destination.id });
      return requestJob(context, { job: 'destinations.check', params, idempotencyKey });
    });
  }
}

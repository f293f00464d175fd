import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import {
  CancelJobResult,
  ComputeFeaturesResult,
  DateTimeScalar,
  ImportRecordsInput,
  ImportRecordsResult,
  ProfileQualityInput,
  ProfileQualityResult,
  TrainClustersInput,
  TrainClustersResult,
  TrainPropensityInput,
  TrainPropensityResult,
} from '@kohort/gateway-schema';
import { parseShape, runParams } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, type Answer } from '../errors/results';
import { checkWordsToTrain, clustersToTrain } from './clusters-to-train';
import { IdempotencyKey } from './mutation-args';
import { instantText, requestJob } from './run-request';

/** Long work: each of these answers a job at once. */
@Resolver()
export class JobMutationsResolver {
  @Mutation(() => ImportRecordsResult)
  @Policy('graphql:write')
  importRecords(
    @Args('input', { type: () => ImportRecordsInput }) input: ImportRecordsInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const source = await context.reader.sourceByKey(input.source);
      if (!source) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'source' });
      const { fileName, mapping } = input;
      const params = parseShape(runParams['ingest.import'], {
        ...(input.artifactKey == null ? {} : { artifactKey: input.artifactKey }),
        ...(input.url == null ? {} : { url: input.url }),
        ...(input.createProfiles == null ? {} : { createProfiles: input.createProfiles }),
        fileName,
        mapping,
        sourceId: source.id,
      });
      return requestJob(context, { job: 'ingest.import', params, idempotencyKey });
    });
  }

  @Mutation(() => ComputeFeaturesResult)
  @Policy('graphql:write')
  computeFeatures(
    @Args('asOf', { type: () => DateTimeScalar, nullable: true, description: 'Now when absent.' }) asOf: number | null,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const params = { asOf: instantText(asOf ?? context.services.clock.now()) };
    return answer('Job', () => requestJob(context, { job: 'features.compute', params, idempotencyKey }));
  }

  @Mutation(() => ProfileQualityResult, {
    description: 'Profiles what sources took in lately and people’s traits, and compares both with the week before.',
  })
  @Policy('graphql:write')
  profileQuality(
    @Args('input', { type: () => ProfileQualityInput }) input: ProfileQualityInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const { source, traits, days } = input;
      if (source != null && !(await context.reader.sourceByKey(source))) {
        throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'source' });
      }
      const asOf = instantText(input.asOf ?? context.services.clock.now());
      const params = parseShape(runParams['quality.profile'], {
        asOf,
        traits,
        days,
        ...(source == null ? {} : { source }),
      });
      return requestJob(context, { job: 'quality.profile', params, idempotencyKey });
    });
  }

  @Mutation(() => TrainClustersResult)
  @Policy('graphql:write')
  trainClusters(
    @Args('input', { type: () => TrainClustersInput }) input: TrainClustersInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const parsed = clustersToTrain(input, context.services.clock.now());
      await checkWordsToTrain(context, parsed);
      return requestJob(context, { job: 'models.fitClusters', params: parsed, idempotencyKey });
    });
  }

  @Mutation(() => TrainPropensityResult)
  @Policy('graphql:write')
  trainPropensity(
    @Args('input', { type: () => TrainPropensityInput }) input: TrainPropensityInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const params = {
      modelKey: input.key,
      ...(input.asOf == null ? {} : { asOf: instantText(input.asOf) }),
      horizonDays: input.horizonDays,
      event: input.event,
      seed: input.seed,
    };
    return answer('Job', async () => {
      const parsed = parseShape(runParams['models.fitPropensity'], params);
      return requestJob(context, { job: 'models.fitPropensity', params: parsed, idempotencyKey });
    });
  }

  @Mutation(() => CancelJobResult, { description: 'Asks a job to stop; one that has not begun is cancelled at once.' })
  @Policy('graphql:write')
  cancelJob(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => context.commands.cancelRun(id));
  }
}

import { Args, Context, Int, Mutation, Resolver } from '@nestjs/graphql';
import {
  DateTimeScalar,
  RollbackModelResult,
  SetModelRefitInput,
  SetModelRefitResult,
  WatchModelResult,
} from '@kohort/gateway-schema';
import { REFIT_KINDS, parseShape, runParams } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { instantText, requestJob } from './run-request';

const refit = z
  .strictObject({ kind: z.enum(REFIT_KINDS), everyDays: z.int().min(1).max(366).nullable() })
  .refine(({ kind, everyDays }) => (kind === 'schedule') === (everyDays !== null), {
    message: 'goes with SCHEDULE, and with nothing else',
    path: ['everyDays'],
  });

/** What is asked of a model that is served. */
@Resolver()
export class ModelMutationsResolver {
  @Mutation(() => SetModelRefitResult, {
    description: 'Says when a clustering is fitted again by itself, as it was fitted last. Harmless to repeat.',
  })
  @Policy('graphql:write')
  setModelRefit(
    @Args('input', { type: () => SetModelRefitInput }) input: SetModelRefitInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Model', async () => {
      const { model: key, kind, everyDays = null } = input;
      await context.commands.setModelRefit(key, parseShape(refit, { kind, everyDays }));
      const model = await context.loaders.modelByKey.load(key);
      if (!model) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'model' });
      return model;
    });
  }

  @Mutation(() => RollbackModelResult, {
    description:
      'Serves an earlier version of a model again, at once and with the scores that it had; answers the job that scores everybody anew by it, as a version that follows. One can return to versions whose scores are kept: at least the two served before.',
  })
  @Policy('graphql:write')
  rollbackModel(
    @Args('model') modelKey: string,
    @Args('toVersion', { type: () => Int }) version: number,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const model = await context.loaders.modelByKey.load(modelKey);
      if (!model) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'model' });
      const { workspaceId, keyId: askedBy } = callerOf(context);
      const hasFile = () => context.services.scoreReasons.requireFile(workspaceId, { modelId: model.id, version });
      return context.commands.rollbackModel({ modelKey, version, askedBy }, idempotencyKey ?? null, hasFile);
    });
  }

  @Mutation(() => WatchModelResult, {
    description: 'Looks now whether the people of a clustering are still those that it was fitted on.',
  })
  @Policy('graphql:write')
  watchModel(
    @Args('model') modelKey: string,
    @Args('asOf', { type: () => DateTimeScalar, nullable: true, description: 'Now when absent.' }) asOf: number | null,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      if (!(await context.loaders.modelByKey.load(modelKey))) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'model' });
      const asked = { modelKey, asOf: instantText(asOf ?? context.services.clock.now()) };
      const params = parseShape(runParams['models.watch'], asked);
      return requestJob(context, { job: 'models.watch', params, idempotencyKey });
    });
  }
}

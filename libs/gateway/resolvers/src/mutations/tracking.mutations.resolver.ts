import { z } from 'zod';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import {
  AcknowledgeAlertResult,
  ApproveTrackingPlanResult,
  ArchiveTrackingPlanResult,
  CreateTrackingPlanInput,
  CreateTrackingPlanResult,
  LearnTrackingPlanInput,
  LearnTrackingPlanResult,
  ReplayQuarantineInput,
  ReplayQuarantineResult,
  ResolveAlertResult,
} from '@kohort/gateway-schema';
import { parseShape, runParams, type JsonObject } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { parsePlan, planFromData, type TrackingPlan } from '@kohort/quality-domain';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { answer, invalidInput, type Answer } from '../errors/results';
import { sourceOf } from '../queries/source-of';
import { IdempotencyKey } from './mutation-args';
import { instantText, requestJob } from './run-request';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** The plan of an input, checked; or what is wrong with it. */
function planOf(input: CreateTrackingPlanInput): TrackingPlan | Answer {
  if ((input.text == null) === (input.document == null)) {
    return invalidInput('GATEWAY_INPUT_INVALID', [
      { path: 'document', message: 'give the plan as document or as text' },
    ]);
  }
  try {
    return input.text == null ? planFromData(input.document) : parsePlan(input.text);
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'PLAN_INVALID') throw thrown;
    const { issues } = thrown.details;
    const said = Array.isArray(issues) ? issues.map(String) : [thrown.message];
    return invalidInput(
      'PLAN_INVALID',
      said.map((message) => ({ path: input.text == null ? 'document' : 'text', message })),
    );
  }
}

const isAnswer = (value: TrackingPlan | Answer): value is Answer => '__typename' in value;

/** Plans, quarantine and alerts. Nothing changes at the door before a version is approved. */
@Resolver()
export class TrackingMutationsResolver {
  @Mutation(() => CreateTrackingPlanResult, { description: 'A draft, numbered behind the others.' })
  @Policy('graphql:write')
  async createTrackingPlan(
    @Args('input', { type: () => CreateTrackingPlanInput }) input: CreateTrackingPlanInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const plan = planOf(input);
    if (isAnswer(plan)) return plan;
    return answer('TrackingPlan', async () => {
      const sourceId = (await sourceOf(context, input.source)) ?? null;
      const document = parseShape(jsonObject, plan);
      const createdBy = callerOf(context).keyId;
      const draft = { sourceId, origin: 'written' as const, document, evidence: null, createdBy };
      return context.commands.tracking.draftPlan(draft, idempotencyKey ?? null);
    });
  }

  @Mutation(() => ApproveTrackingPlanResult, {
    description:
      'In force at every door within five seconds; the version that was is archived. Kept with the key’s id.',
  })
  @Policy('graphql:write')
  approveTrackingPlan(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('TrackingPlan', () => context.commands.tracking.approvePlan(id, callerOf(context).keyId));
  }

  @Mutation(() => ArchiveTrackingPlanResult, {
    description: 'Of a version in force: nothing is held against it any more.',
  })
  @Policy('graphql:write')
  archiveTrackingPlan(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('TrackingPlan', () => context.commands.tracking.archivePlan(id, callerOf(context).keyId));
  }

  @Mutation(() => LearnTrackingPlanResult, {
    description: 'A draft from the newest stored events; see the job’s result.',
  })
  @Policy('graphql:write')
  learnTrackingPlan(
    @Args('input', { type: () => LearnTrackingPlanInput }) input: LearnTrackingPlanInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const sourceId = await sourceOf(context, input.source);
      const params = parseShape(runParams['tracking.learn'], {
        ...(sourceId === undefined ? {} : { sourceId }),
        ...(input.name == null ? {} : { name: input.name }),
        ...(input.tolerance == null ? {} : { tolerance: input.tolerance }),
        ...(input.sample == null ? {} : { sample: input.sample }),
        askedBy: callerOf(context).keyId,
      });
      return requestJob(context, { job: 'tracking.learn', params, idempotencyKey });
    });
  }

  @Mutation(() => ReplayQuarantineResult, {
    description:
      'Sends quarantined events through the door again, with their own time; what is stored leaves quarantine.',
  })
  @Policy('graphql:write')
  replayQuarantine(
    @Args('input', { type: () => ReplayQuarantineInput }) input: ReplayQuarantineInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const { filter } = input;
      const sourceId = await sourceOf(context, filter?.source);
      const params = parseShape(runParams['tracking.replay'], {
        filter: {
          ...(filter?.ids == null ? {} : { ids: filter.ids }),
          ...(sourceId === undefined ? {} : { sourceId }),
          ...(filter?.event == null ? {} : { event: filter.event }),
          ...(filter?.code == null ? {} : { code: filter.code }),
          ...(filter?.from == null ? {} : { from: instantText(filter.from) }),
          ...(filter?.to == null ? {} : { to: instantText(filter.to) }),
        },
        ...(input.change == null ? {} : { change: input.change }),
        ...(input.dryRun ? { dryRun: true } : {}),
      });
      return requestJob(context, { job: 'tracking.replay', params, idempotencyKey });
    });
  }

  @Mutation(() => AcknowledgeAlertResult, { description: 'Somebody looks after it; it resolves by itself.' })
  @Policy('graphql:write')
  acknowledgeAlert(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Alert', () => context.commands.tracking.acknowledgeAlert(id, callerOf(context).keyId));
  }

  @Mutation(() => ResolveAlertResult, { description: 'Ends it; what is found so again is a new alert.' })
  @Policy('graphql:write')
  resolveAlert(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Alert', () => context.commands.tracking.resolveAlert(id));
  }
}

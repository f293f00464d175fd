import { z } from 'zod';
import { Args, Context, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ChangeWebhookConnection,
  ChangeWebhookType,
  CreateChangeWebhookInput,
  CreateChangeWebhookResult,
  DeleteChangeWebhookResult,
  PageArgs,
  PauseChangeWebhookResult,
  ResumeChangeWebhookResult,
  RotateChangeWebhookSecretResult,
  SegmentType,
} from '@kohort/gateway-schema';
import type { ChangeStart, ChangeWebhookRecord, WorkspaceChangeWebhooks } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';

const urlSchema = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((text) => !/^https?:\/\/[^/?#]*@/.test(text), 'must not hold a password');

const newSchema = z
  .object({ url: urlSchema, after: z.string().nullish(), members: z.boolean() })
  .refine(({ after, members }) => !(members && typeof after === 'string'), {
    path: ['after'],
    message: 'everybody who is in, or what follows a cursor: one of them',
  });

/** A cursor that can be resumed from, as a place. Throws  POSTGRES_CURSOR_INVALID, POSTGRES_CURSOR_EXPIRED */
async function startAfter(context: GatewayContext, after: string | null): Promise<ChangeStart | undefined> {
  if (after === null) return undefined;
  const { workspaceId } = callerOf(context);
  const { changeLog } = context.services;
  await changeLog.check(workspaceId, after);
  return { after: changeLog.placeOf(workspaceId, after) };
}

const of = ({ services, caller }: GatewayContext): WorkspaceChangeWebhooks => {
  if (caller === null) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'endpoint' });
  return services.webhooks.admin.forWorkspace(caller.workspaceId, services.clock.now() + services.deadlineMs);
};

/** Endpoints that are sent the membership change log. */
@Resolver(() => ChangeWebhookType)
export class ChangeWebhookResolver {
  @Query(() => ChangeWebhookConnection, { description: 'Oldest first.' })
  @Policy('graphql:read')
  async changeWebhooks(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    return connection(await of(context).list(pageOf(args)), asIs);
  }

  @Mutation(() => CreateChangeWebhookResult, {
    description:
      'Messages of up to 100 changes in the order of the log, signed as Standard Webhooks says, sent again until they are acknowledged with 2xx; from now on, from `after`, or with all `members` first. The secret is shown in this answer and never again.',
  })
  @Policy('graphql:write')
  createChangeWebhook(
    @Args('input', { type: () => CreateChangeWebhookInput }) input: CreateChangeWebhookInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('NewChangeWebhook', async () => {
      const { url, after } = newSchema.parse(input);
      const segment = input.segment ? await context.loaders.segmentByKey.load(input.segment) : null;
      if (input.segment && !segment) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
      const { workspaceId } = callerOf(context);
      const { secrets } = context.services.webhooks;
      const secret = secrets.make();
      const start = input.members ? 'members' : await startAfter(context, after ?? null);
      const webhook = { url, segmentId: segment?.id ?? null, kinds: input.kinds ?? null, start };
      const seal = (id: string): Uint8Array => secrets.seal({ workspaceId, webhookId: id }, secret);
      const made = await of(context).create(webhook, idempotencyKey ?? null, seal);
      return { webhook: made.record, secret: made.fresh ? secret : null };
    });
  }

  @Mutation(() => RotateChangeWebhookSecretResult, {
    description: 'Messages are signed with both secrets for 24 hours. Not repeatable: each call makes a new secret.',
  })
  @Policy('graphql:write')
  rotateChangeWebhookSecret(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('NewChangeWebhook', async () => {
      const { workspaceId } = callerOf(context);
      const { services } = context;
      const secret = services.webhooks.secrets.make();
      const webhook = await of(context).rotate(id, (secrets) =>
        services.webhooks.secrets.reseal({ workspaceId, webhookId: id, secrets }, secret, services.clock.now()),
      );
      return { webhook, secret };
    });
  }

  @Mutation(() => PauseChangeWebhookResult)
  @Policy('graphql:write')
  pauseChangeWebhook(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('ChangeWebhook', () => of(context).pause(id));
  }

  @Mutation(() => ResumeChangeWebhookResult, {
    description:
      'It goes on where it stood, and is tried at once; with `members` it begins anew with everybody who is in.',
  })
  @Policy('graphql:write')
  resumeChangeWebhook(
    @Args('id', { type: () => ID }) id: string,
    @Args('members', { type: () => Boolean, defaultValue: false }) members: boolean,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('ChangeWebhook', () => of(context).resume(id, members ? 'members' : undefined));
  }

  @Mutation(() => DeleteChangeWebhookResult)
  @Policy('graphql:write')
  deleteChangeWebhook(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('DeletedChangeWebhook', async () => {
      await of(context).remove(id);
      return { id };
    });
  }

  @ResolveField(() => SegmentType, { nullable: true })
  @Policy('graphql:read')
  segment(@Parent() webhook: ChangeWebhookRecord, @Context('gateway') context: GatewayContext) {
    return webhook.segmentId === null ? null : context.loaders.segment.load(webhook.segmentId);
  }
}

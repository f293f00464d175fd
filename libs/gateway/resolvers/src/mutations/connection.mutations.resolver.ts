import { z } from 'zod';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import { parseScopes, requireGrantable } from '@kohort/access-domain';
import {
  CreateApiKeyInput,
  CreateApiKeyResult,
  CreateSourceInput,
  CreateSourceResult,
  CreateDestinationInput,
  CreateDestinationResult,
  CreateSyncInput,
  CreateSyncResult,
  MaskSourceResult,
  RevokeApiKeyResult,
  RunSyncResult,
  SourceMaskingInput,
} from '@kohort/gateway-schema';
import { keySchema, maskingSchema, type Json } from '@kohort/kernel-contracts';
import { knownPurpose } from '@kohort/privacy-flow';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, invalidInput, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { requestJob } from './run-request';
import { parseSyncMapping } from './sync-mapping';

/** What an ad platform is for, unless something narrower is said. */
const AD_PURPOSE = 'advertising';
const nameSchema = z.string().trim().min(1).max(200);

/** Sources, keys, and the syncs between segments and destinations. */
@Resolver()
export class ConnectionMutationsResolver {
  @Mutation(() => CreateSourceResult, { description: 'The write key is shown in this answer and never again.' })
  @Policy('graphql:write')
  createSource(
    @Args('input', { type: () => CreateSourceInput }) input: CreateSourceInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('NewSource', async () => {
      const fields = z.object({ key: keySchema, name: nameSchema, kind: z.string() }).parse(input);
      const key = context.services.keys.make('write', callerOf(context).workspaceId);
      const source = { ...fields, writeKeyDigest: key.digest };
      const made = await context.commands.createSource(source, idempotencyKey ?? null);
      return { source: made.record, writeKey: made.fresh ? key.text : null };
    });
  }

  @Mutation(() => MaskSourceResult, {
    description:
      'Masks personal data in texts of a source’s messages before anything is stored, within five seconds from now; without settings nothing is masked any more. What is stored already, and files that were uploaded, stay as they are.',
  })
  @Policy('graphql:write')
  maskSource(
    @Args('source', { type: () => String, description: 'Key of the source.' }) source: string,
    @Args('masking', { type: () => SourceMaskingInput, nullable: true }) masking: SourceMaskingInput | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Source', async () => {
      const { longTexts = null, country = null, ...rest } = masking ?? {};
      const settings = masking ? maskingSchema.parse({ ...rest, longTexts, country }) : null;
      return context.commands.maskSource(source, settings);
    });
  }

  @Mutation(() => CreateApiKeyResult, { description: 'The key is shown in this answer and never again.' })
  @Policy('keys:write')
  createApiKey(
    @Args('input', { type: () => CreateApiKeyInput }) input: CreateApiKeyInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('NewApiKey', async () => {
      const caller = callerOf(context);
      const { name } = z.object({ name: nameSchema }).parse(input);
      const scopes = parseScopes(input.scopes);
      requireGrantable(caller.scopes, scopes);
      const key = context.services.keys.make('api', caller.workspaceId);
      const made = await context.commands.createApiKey(
        { name, scopes, digest: key.digest, expiresAt: input.expiresAt ?? null },
        idempotencyKey ?? null,
      );
      return { id: made.record.id, key: made.fresh ? key.text : null };
    });
  }

  @Mutation(() => RevokeApiKeyResult)
  @Policy('keys:write')
  revokeApiKey(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('RevokedApiKey', async () => {
      await context.commands.revokeApiKey(id);
      return { id };
    });
  }

  @Mutation(() => CreateDestinationResult, { description: 'Settings are checked; nothing is sent yet.' })
  @Policy('graphql:write')
  async createDestination(
    @Args('input', { type: () => CreateDestinationInput }) input: CreateDestinationInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const { connectors, secrets } = context.services;
    const verdict = connectors.check(input.plugin, input.settings as Json);
    if (verdict === null) {
      const known = connectors.cards.map(({ id }) => id).join(', ');
      return invalidInput('GATEWAY_INPUT_INVALID', [
        { path: 'plugin', message: `there is no connector of this id; there are ${known}` },
      ]);
    }
    if (!verdict.valid) return invalidInput('GATEWAY_INPUT_INVALID', verdict.issues);
    return answer('Destination', async () => {
      const { workspaceId } = callerOf(context);
      const { key, name } = z.object({ key: keySchema, name: nameSchema }).parse(input);
      const place = { workspaceId, destinationKey: key };
      const sealed = verdict.secrets === null ? null : secrets.seal(place, verdict.secrets);
      const { plugin } = input;
      const card = connectors.cards.find(({ id }) => id === plugin);
      const named = input.purpose ?? (card?.kind === 'ad' ? AD_PURPOSE : null);
      const purpose = await knownPurpose(context.services.privacy, workspaceId, named);
      const destination = { key, name, plugin, settings: verdict.settings, secrets: sealed, purpose };
      return (await context.commands.createDestination(destination, idempotencyKey ?? null)).record;
    });
  }

  @Mutation(() => CreateSyncResult, { description: 'A live sync begins with everybody who is in already.' })
  @Policy('graphql:write')
  createSync(
    @Args('input', { type: () => CreateSyncInput }) input: CreateSyncInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Sync', async () => {
      const mapping = parseSyncMapping(input.mapping ?? {});
      const sync = {
        destinationKey: input.destination,
        segmentKey: input.segment,
        mapping,
        mode: z.enum(['live', 'manual']).parse(input.mode),
      };
      return (await context.commands.createSync(sync, idempotencyKey ?? null)).record;
    });
  }

  @Mutation(() => RunSyncResult)
  @Policy('graphql:write')
  runSync(
    @Args('id', { type: () => ID }) id: string,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const sync = await context.loaders.sync.load(id);
      if (!sync) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'sync' });
      return requestJob(context, { job: 'sync.run', params: { syncId: sync.id }, idempotencyKey });
    });
  }
}

import { Args, Context, Int, Mutation, Resolver } from '@nestjs/graphql';
import {
  CheckPullSourceResult,
  CreatePullSourceInput,
  CreatePullSourceResult,
  DiscoverPullSourceResult,
  PreviewPullSourceResult,
  RunPullSourceResult,
  SchedulePullSourceResult,
} from '@kohort/gateway-schema';
import { runParams, type Json, type RunParams } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, invalidInput, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { parseEvery, parsePullSource } from './pull-source-input';
import { requestJob } from './run-request';

/** Configured sources: what is pulled from where, how it looks, and when. */
@Resolver()
export class PullSourceMutationsResolver {
  @Mutation(() => CreatePullSourceResult, { description: 'Settings are checked; nothing is read yet.' })
  @Policy('graphql:write')
  async createPullSource(
    @Args('input', { type: () => CreatePullSourceInput }) input: CreatePullSourceInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const { sources, sourceSecrets } = context.services;
    const verdict = sources.check(input.plugin, input.settings as Json);
    if (verdict === null) {
      const known = sources.cards.map(({ id }) => id).join(', ');
      return invalidInput('GATEWAY_INPUT_INVALID', [
        { path: 'plugin', message: `there is no source of this id; there are ${known}` },
      ]);
    }
    if (!verdict.valid) return invalidInput('GATEWAY_INPUT_INVALID', verdict.issues);
    return answer('PullSource', async () => {
      const { workspaceId } = callerOf(context);
      const { mapping, everyMinutes, createProfiles } = input;
      const fields = parsePullSource({ ...input, mapping, everyMinutes: everyMinutes ?? null });
      const sealed = verdict.secrets === null ? null : sourceSecrets.seal(workspaceId, fields.key, verdict.secrets);
      const connection = {
        ...fields,
        plugin: input.plugin,
        settings: verdict.settings,
        secrets: sealed,
        sourceKey: input.source,
        createProfiles: createProfiles ?? null,
      };
      return (await context.commands.createSourceConnection(connection, idempotencyKey ?? null)).record;
    });
  }

  @Mutation(() => SchedulePullSourceResult, {
    description: 'Every so many minutes from now on; null: only when asked.',
  })
  @Policy('graphql:write')
  schedulePullSource(
    @Args('key', { type: () => String }) key: string,
    @Args('everyMinutes', { type: () => Int, nullable: true }) everyMinutes: number | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('PullSource', async () =>
      context.commands.scheduleSourceConnection(key, parseEvery(everyMinutes ?? null)),
    );
  }

  @Mutation(() => RunPullSourceResult, { description: 'Reads what is new; with `full` from the beginning.' })
  @Policy('graphql:write')
  runPullSource(
    @Args('key', { type: () => String }) key: string,
    @Args('full', { type: () => Boolean, defaultValue: false }) full: boolean,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', async () => {
      const connectionId = await this.idOf(context, key);
      const params = runParams['ingest.pull'].parse({ connectionId, ...(full ? { full } : {}) });
      return requestJob(context, { job: 'ingest.pull', params, idempotencyKey });
    });
  }

  @Mutation(() => CheckPullSourceResult, { description: 'Whether it can be read with its settings and credentials.' })
  @Policy('graphql:write')
  checkPullSource(
    @Args('key', { type: () => String }) key: string,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', () => this.look(context, { key, look: 'check', idempotencyKey }));
  }

  @Mutation(() => DiscoverPullSourceResult, { description: 'Tables, keys and columns that are there to be read.' })
  @Policy('graphql:write')
  discoverPullSource(
    @Args('key', { type: () => String }) key: string,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Job', () => this.look(context, { key, look: 'discover', idempotencyKey }));
  }

  @Mutation(() => PreviewPullSourceResult, { description: 'What the next rows would become; nothing is stored.' })
  @Policy('graphql:write')
  previewPullSource(
    @Args('key', { type: () => String }) key: string,
    @Args('rows', { type: () => Int, nullable: true, description: '1 to 10,000.' }) rows: number | null,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const limit = rows === null || rows === undefined ? {} : { limit: rows };
    return answer('Job', () => this.look(context, { key, look: 'preview', ...limit, idempotencyKey }));
  }

  private async idOf(context: GatewayContext, key: string): Promise<string> {
    const found = await context.reader.sourceConnectionByKey(key);
    if (!found) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'pull source' });
    return found.id;
  }

  private async look(
    context: GatewayContext,
    asked: {
      readonly key: string;
      readonly look: RunParams<'ingest.inspect'>['look'];
      readonly limit?: number;
      readonly idempotencyKey: string | null | undefined;
    },
  ) {
    const { key, idempotencyKey, ...rest } = asked;
    const params = runParams['ingest.inspect'].parse({ ...rest, connectionId: await this.idOf(context, key) });
    return requestJob(context, { job: 'ingest.inspect', params, idempotencyKey });
  }
}

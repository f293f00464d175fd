import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { UpdateWorkspaceSettingsResult, WorkspaceSettingsInput } from '@kohort/gateway-schema';
import { workspaceSettingsSchema } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { answer, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';

/** What a workspace decides for itself. Harmless to repeat, with or without a key. */
@Resolver()
export class WorkspaceMutationsResolver {
  @Mutation(() => UpdateWorkspaceSettingsResult)
  @Policy('graphql:write')
  updateWorkspaceSettings(
    @Args('input', { type: () => WorkspaceSettingsInput }) input: WorkspaceSettingsInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Workspace', async () => {
      const { timeZone, dedupeDays } = input;
      const settings = workspaceSettingsSchema.parse({ timeZone: timeZone ?? undefined, dedupeDays });
      return context.commands.updateSettings(settings);
    });
  }
}

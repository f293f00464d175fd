import type { RefitSetting } from '@kohort/kernel-contracts';
import { writing, type Scope } from '../read/deadline';
import { commandErrors } from './command.errors';

/** Sets when a clustering is fitted again by itself; a repeat changes nothing. */
export function setModelRefit(scope: Scope, modelKey: string, { kind, everyDays }: RefitSetting): Promise<void> {
  return writing(scope, async (tx) => {
    const model = await tx
      .selectFrom('model')
      .select('id')
      .where('workspace_id', '=', scope.workspaceId)
      .where('key', '=', modelKey)
      .where('kind', '=', 'clustering')
      .executeTakeFirst();
    if (!model) throw commandErrors.COMMAND_NOT_FOUND({ what: 'clustering' });
    const setting = { kind, every_days: everyDays };
    await tx
      .insertInto('model_refit')
      .values({ workspace_id: scope.workspaceId, model_id: model.id, ...setting })
      .onConflict((conflict) =>
        conflict
          .columns(['workspace_id', 'model_id'])
          .doUpdateSet({ ...setting, changed_at: new Date(scope.clock.now()) }),
      )
      .execute();
  });
}

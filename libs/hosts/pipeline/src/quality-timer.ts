import type { Clock } from '@kohort/kernel-clock-random';
import { runParams, type WorkspaceId } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { createRun, type Database } from '@kohort/platform-postgres';
import { weekOf } from '@kohort/quality-flow';
import type { Timers } from '@kohort/hosts-runtime';
import { startWorkspaceRounds } from './workspace-rounds';

/** What goes round all workspaces needs; `workspaces` lists all of the installation. */
export interface WeeklyParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workspaces: () => Promise<readonly WorkspaceId[]>;
}

const DAYS = 7;

/**
 * Asks for the profile of the week that ended with the latest Monday, once a workspace: the run's idempotency key is the
 * week. A workspace that is younger than that Monday has nothing to compare yet and is passed over. Answers whether a run
 * was made.
 */
export async function requestWeeklyProfile(
  { database, clock }: Pick<WeeklyParts, 'database' | 'clock'>,
  workspaceId: WorkspaceId,
): Promise<boolean> {
  const monday = weekOf(clock.now());
  const asOf = new Date(`${monday}T00:00:00.000Z`);
  return database.inWorkspace(workspaceId, async (tx) => {
    const grown = await tx
      .selectFrom('workspace')
      .select('workspace_id')
      .where('workspace_id', '=', workspaceId)
      .where('created_at', '<', asOf)
      .executeTakeFirst();
    if (!grown) return false;
    const params = runParams['quality.profile'].parse({ asOf: asOf.toISOString(), traits: true, days: DAYS });
    const idempotencyKey = `quality.profile ${monday}`;
    const { fresh } = await createRun(tx, { workspaceId, job: 'quality.profile', params, idempotencyKey });
    return fresh;
  });
}

/**
 * Has every workspace profiled once a week.
 *
 * Promise  one run a workspace and week, however many processes ask; a week in which none was up is left out
 */
export function startWeeklyProfiles({ database, clock, logger, workspaces }: WeeklyParts): Timers {
  return startWorkspaceRounds({
    ...{ name: 'weekly profiles', logger, workspaces },
    round: () => weekOf(clock.now()),
    ask: (workspaceId) => requestWeeklyProfile({ database, clock }, workspaceId),
  });
}

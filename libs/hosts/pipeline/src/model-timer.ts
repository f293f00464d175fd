import { requestDueModels } from '@kohort/platform-postgres';
import type { Timers } from '@kohort/hosts-runtime';
import type { WeeklyParts } from './quality-timer';
import { startWorkspaceRounds } from './workspace-rounds';

/**
 * Asks, once a day, for the looks at the clusterings of every workspace and for the fits of their schedules.
 *
 * Promise  one look a version and day, or week, and one fit a version and slot, however many processes ask; a day on which
 *          none was up is left out
 * Cost     one statement a workspace and day
 */
export function startModelTimer({ database, clock, logger, workspaces }: WeeklyParts): Timers {
  return startWorkspaceRounds({
    ...{ name: 'looks at models', logger, workspaces },
    round: () => new Date(clock.now()).toISOString().slice(0, 10),
    ask: (workspaceId) => requestDueModels(database, workspaceId, clock.now()),
  });
}

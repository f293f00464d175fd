import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { startLoop, type Timers } from '@kohort/hosts-runtime';

/** A round over all workspaces: what is done once in each of them while `round` answers the same. */
export interface WorkspaceRounds {
  readonly name: string;
  readonly logger: Logger;
  /** All of the installation. */
  readonly workspaces: () => Promise<readonly WorkspaceId[]>;
  /** The week, or the day, that it is now. */
  readonly round: () => string;
  readonly ask: (workspaceId: WorkspaceId) => Promise<unknown>;
}

const LOOK_EVERY_MS = 600_000;

/** Goes round all workspaces, once a week or a day; a process that starts anew asks again. */
export function startWorkspaceRounds({ name, logger, workspaces, round, ask }: WorkspaceRounds): Timers {
  const asked = new Map<WorkspaceId, string>();
  return startLoop({
    name,
    everyMs: LOOK_EVERY_MS,
    logger,
    step: async (signal) => {
      const now = round();
      for (const workspaceId of await workspaces()) {
        if (signal.aborted) break;
        if (asked.get(workspaceId) === now) continue;
        await ask(workspaceId);
        asked.set(workspaceId, now);
      }
      return false;
    },
  });
}

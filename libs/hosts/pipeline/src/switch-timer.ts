import { startLoop, type Timers } from '@kohort/hosts-runtime';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';

/** What the loop needs. */
export interface SwitchTimerParts {
  /** Takes up the rebuilds again that failed in their switch; answers their workspaces. */
  resume(): Promise<readonly WorkspaceId[]>;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 30_000;

/**
 * Has rebuilds that failed in their switch go on: until one has ended, events and decisions of its workspace wait.
 *
 * Promise  at least once; two processes at once take one up once
 * Cost     one small statement every half minute
 */
export function startSwitchTimer({ resume, logger }: SwitchTimerParts): Timers {
  return startLoop({
    name: 'rebuilds left in their switch',
    everyMs: LOOK_EVERY_MS,
    logger,
    step: async () => {
      for (const workspaceId of await resume()) {
        logger.warn('a rebuild of everybody that failed in its switch goes on', { workspaceId });
      }
      return false;
    },
  });
}

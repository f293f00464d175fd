import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, livingOwner, ownFolder } from '@kohort/platform-owned-folder';
import { embeddedErrors } from './embedded-errors';

/** The postmaster that the lock file names, if it still runs on this very folder. */
function runningPostmaster(pgData: string): number | undefined {
  const lockFile = join(pgData, 'postmaster.pid');
  if (!existsSync(lockFile)) return undefined;
  const pid = Number(readFileSync(lockFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  const commandLine = `/proc/${pid}/cmdline`;
  if (!existsSync('/proc/self/cmdline')) return pid;
  const words = existsSync(commandLine) ? readFileSync(commandLine, 'utf8').split('\0') : [];
  return words.includes(pgData) ? pid : undefined;
}

/**
 * Makes the data folder ours. A postmaster whose owner was killed is ended and waited for; one whose owner lives is left
 * alone and we refuse. A lock file that names nobody is removed.
 *
 * Throws  EMBEDDED_DATA_IN_USE
 */
export async function takeDataFolder(dataDir: string, pgData: string, waitMs: number): Promise<void> {
  const owner = livingOwner(dataDir);
  const deadline = Date.now() + waitMs;
  let asked = false;
  for (let pid = runningPostmaster(pgData); pid !== undefined; pid = runningPostmaster(pgData)) {
    if (owner !== undefined || Date.now() > deadline) throw embeddedErrors.EMBEDDED_DATA_IN_USE({ pid: owner ?? pid });
    if (!asked) {
      asked = true;
      try {
        process.kill(pid, 'SIGINT');
      } catch (thrown) {
        if (isAlive(pid)) throw thrown;
      }
    }
    await pause(50);
  }
  rmSync(join(pgData, 'postmaster.pid'), { force: true });
  ownFolder(dataDir);
}

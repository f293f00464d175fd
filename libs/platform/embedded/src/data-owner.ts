import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { embeddedErrors } from './embedded-errors';

/** The kernel's start tick of a process, so that a reused pid is not taken for the old process; null off Linux. */
function birthOf(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it lives, under another user.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

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

/** The process that holds a data folder, while it lives. */
export function livingOwner(dataDir: string): number | undefined {
  const ownerFile = join(dataDir, 'owner');
  if (!existsSync(ownerFile)) return undefined;
  const [pidText = '', born = ''] = readFileSync(ownerFile, 'utf8').trim().split(' ');
  const pid = Number(pidText);
  // A file cut short by a crash names nobody.
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return isAlive(pid) && birthOf(pid) === (born || null) ? pid : undefined;
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
  writeFileSync(join(dataDir, 'owner'), `${process.pid} ${birthOf(process.pid) ?? ''}`, { mode: 0o600 });
}

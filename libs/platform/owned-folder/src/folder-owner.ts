import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ownerFile = (dir: string): string => join(dir, 'owner');

/** The kernel's start tick of a process, so that a reused pid is not taken for the old process; null off Linux. */
function birthOf(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Whether a process runs, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it lives, under another user.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** The process that holds a folder, while it lives. A file cut short by a crash names nobody. */
export function livingOwner(dir: string): number | undefined {
  if (!existsSync(ownerFile(dir))) return undefined;
  const [pidText = '', born = ''] = readFileSync(ownerFile(dir), 'utf8').trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return isAlive(pid) && birthOf(pid) === (born || null) ? pid : undefined;
}

/** Writes that this process holds the folder. Whoever asks first and writes then is on its own against a race. */
export function ownFolder(dir: string): void {
  writeFileSync(ownerFile(dir), `${process.pid} ${birthOf(process.pid) ?? ''}`, { mode: 0o600 });
}

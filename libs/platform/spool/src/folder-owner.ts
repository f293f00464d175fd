import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spoolErrors } from './spool-errors';

/** The kernel's start tick of a process: a reused pid is another process. null where the system does not tell. */
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

/** Folders of this process. */
const ours = new Set<string>();

/**
 * Makes the folder ours; that of a process which is gone is taken over.
 *
 * Throws  SPOOL_IN_USE
 */
export function takeFolder(dir: string): () => void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'owner');
  if (ours.has(dir)) throw spoolErrors.SPOOL_IN_USE({ pid: process.pid });
  if (existsSync(file)) {
    const [pidText = '', born = ''] = readFileSync(file, 'utf8').trim().split(' ');
    const pid = Number(pidText);
    const isOther = Number.isInteger(pid) && pid > 0 && pid !== process.pid;
    if (isOther && isAlive(pid) && birthOf(pid) === (born || null)) throw spoolErrors.SPOOL_IN_USE({ pid });
  }
  writeFileSync(file, `${process.pid} ${birthOf(process.pid) ?? ''}`, { mode: 0o600 });
  ours.add(dir);
  return () => void ours.delete(dir);
}

import { mkdirSync } from 'node:fs';
import { livingOwner, ownFolder } from '@kohort/platform-owned-folder';
import { spoolErrors } from './spool-errors';

/** Folders of this process. */
const ours = new Set<string>();

/** The living process that has the folder; undefined: nobody has. */
export function holderOf(dir: string): number | undefined {
  if (ours.has(dir)) return process.pid;
  const owner = livingOwner(dir);
  // By this process it is not held, whatever the file says: it was given back.
  return owner === process.pid ? undefined : owner;
}

/**
 * Makes the folder ours; that of a process which is gone is taken over. Gives back what ends that.
 *
 * Throws  SPOOL_IN_USE
 */
export function takeFolder(dir: string): () => void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const holder = holderOf(dir);
  if (holder !== undefined) throw spoolErrors.SPOOL_IN_USE({ pid: holder });
  ownFolder(dir);
  ours.add(dir);
  return () => void ours.delete(dir);
}

/**
 * The right to keep a spool in the folder: taken for this process, or that of the process which holds it for us.
 *
 * Throws  SPOOL_IN_USE when another process has it
 */
export function enterFolder(dir: string, keeper: number | undefined): () => void {
  if (keeper !== undefined && holderOf(dir) === keeper) return () => undefined;
  return takeFolder(dir);
}

import { mkdirSync } from 'node:fs';
import { livingOwner, ownFolder } from '@kohort/platform-owned-folder';
import { spoolErrors } from './spool-errors';

/** Folders of this process. */
const ours = new Set<string>();

/**
 * Makes the folder ours; that of a process which is gone is taken over.
 *
 * Throws  SPOOL_IN_USE
 */
export function takeFolder(dir: string): () => void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (ours.has(dir)) throw spoolErrors.SPOOL_IN_USE({ pid: process.pid });
  const owner = livingOwner(dir);
  if (owner !== undefined && owner !== process.pid) throw spoolErrors.SPOOL_IN_USE({ pid: owner });
  ownFolder(dir);
  ours.add(dir);
  return () => void ours.delete(dir);
}

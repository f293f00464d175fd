import { readdirSync, statSync } from 'node:fs';
import { open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { scanRecords } from './record';

/** A file of records that is not written any more. */
export interface Sealed {
  readonly path: string;
  readonly bytes: number;
}

const NAME = /^(\d{12})\.spool$/;

/** A name or its absence is durable once the folder's own pages are. */
export async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The files of a folder, oldest first, and the number of the next. */
export function listSegments(dir: string): { readonly sealed: Sealed[]; readonly next: number } {
  const names = readdirSync(dir)
    .filter((name) => NAME.test(name))
    .sort();
  const sealed = names.map((name) => ({ path: join(dir, name), bytes: statSync(join(dir, name)).size }));
  const last = NAME.exec(names.at(-1) ?? '');
  return { sealed, next: Number(last?.[1] ?? 0) + 1 };
}

/** Makes the file of that number, durably. */
export async function createSegment(dir: string, number: number): Promise<{ path: string; handle: FileHandle }> {
  const path = join(dir, `${String(number).padStart(12, '0')}.spool`);
  const handle = await open(path, 'wx', 0o600);
  await syncFolder(dir);
  return { path, handle };
}

/** What a file holds; a tail that was torn while it was written is cut off. */
export async function recoverSegment(segment: Sealed): Promise<{ records: number; bad: number; segment: Sealed }> {
  const { records, end, bad } = scanRecords(await readFile(segment.path));
  // Only behind the last whole record: what is damaged before it stays, for whoever looks into it.
  if (end < segment.bytes) await truncate(segment.path, end);
  return { records: records.length, bad, segment: { path: segment.path, bytes: end } };
}

/** The records of a file. */
export async function readSegment(segment: Sealed): Promise<readonly Buffer[]> {
  return scanRecords(await readFile(segment.path)).records;
}

/** Forgets a file, durably. */
export async function removeSegment(dir: string, segment: Sealed): Promise<void> {
  await rm(segment.path, { force: true });
  await syncFolder(dir);
}

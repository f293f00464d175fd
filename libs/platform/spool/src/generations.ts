import { mkdtempSync, readdirSync, renameSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from '@kohort/platform-owned-folder';
import { syncFolder } from './segment-files';

const NAME = /^generation-(\d{9})$/;
const MAKING = 'making-';

/** The folder of one generation. */
export interface Generation {
  readonly number: number;
  readonly dir: string;
}

/** The generations that have a folder below `root`, eldest first. */
export function listGenerations(root: string): readonly Generation[] {
  return readdirSync(root)
    .flatMap((name) => {
      const found = NAME.exec(name);
      return found ? [{ number: Number(found[1]), dir: join(root, name) }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** Whether a rename met a folder of that name which is not empty. */
const isTaken = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOTEMPTY' || thrown.code === 'EEXIST');

/** Makes the folder of the next generation, durably. It comes into being with its owner, this process, in it. */
export async function makeGeneration(root: string): Promise<Generation> {
  const making = mkdtempSync(join(root, MAKING));
  ownFolder(making);
  for (let number = (listGenerations(root).at(-1)?.number ?? 0) + 1; ; number += 1) {
    const dir = join(root, `generation-${String(number).padStart(9, '0')}`);
    try {
      renameSync(making, dir);
      await syncFolder(root);
      return { number, dir };
    } catch (thrown) {
      if (!isTaken(thrown)) throw thrown;
    }
  }
}

/** Whether a folder or file is not there. */
const isGone = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';

/** Bytes of the records in a folder; its owner may be draining and removing it. */
export function bytesIn(dir: string): number {
  try {
    const files = readdirSync(dir).filter((name) => name.endsWith('.spool'));
    return files.reduce((sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch (thrown) {
    if (isGone(thrown)) return 0;
    throw thrown;
  }
}

/** Removes the folder of a generation that has nothing left; one that has is kept. */
export function removeGeneration(dir: string): void {
  if (bytesIn(dir) > 0) return;
  rmSync(join(dir, 'owner'), { force: true });
  try {
    rmdirSync(dir);
  } catch (thrown) {
    // Somebody made a folder of that name meanwhile, or put something else into it.
    if (!isTaken(thrown) && !isGone(thrown)) throw thrown;
  }
}

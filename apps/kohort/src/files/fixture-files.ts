import { existsSync, statSync } from 'node:fs';
import { fileErrors } from './file-errors';
import { filesBelow } from './files-below';

/** Files of fixtures, by their names. */
export const FIXTURE_FILE = /\.segment-test\.(yaml|yml|json)$/;
const MAX_FILES = 10_000;

/**
 * The files of fixtures that the paths name, each once: a file whatever it is called, and of a folder every
 * `*.segment-test.yaml` (`.yml`, `.json`) in it and below, in the order of their names by code points.
 *
 * Throws  FILE_NOT_FOUND, FILE_TOO_MANY; FILE_NO_FIXTURES when there is none, for a run of nothing proves nothing
 */
export function fixtureFiles(paths: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    if (!existsSync(path)) throw fileErrors.FILE_NOT_FOUND({ file: path });
    for (const file of statSync(path).isDirectory() ? filesBelow(path, (name) => FIXTURE_FILE.test(name)) : [path]) {
      found.add(file);
      if (found.size > MAX_FILES) throw fileErrors.FILE_TOO_MANY({ file: path, limit: MAX_FILES });
    }
  }
  if (found.size === 0) throw fileErrors.FILE_NO_FIXTURES({ paths });
  return [...found];
}

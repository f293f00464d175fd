import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The wanted files of a folder and of those below it, in the order of their names by code points. */
export function* filesBelow(folder: string, isWanted: (name: string) => boolean): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && isWanted(entry.name)) yield path;
    // Links are not followed, so that no circle is walked.
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      yield* filesBelow(path, isWanted);
  }
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSegmentFile, type SegmentFile } from '@kohort/segments-domain';
import { fileErrors } from '../files/file-errors';
import { readText } from '../files/read-bytes';
import { definitionErrors } from './definition-errors';

const DEFINITION_FILE = /\.(yaml|yml|json)$/;
const FIXTURE_FILE = /\.segment-test\.(yaml|yml|json)$/;
const MAX_FILES = 10_000;

/** A definition with the file that holds it, by its path below the folder. */
export interface DefinitionFile extends SegmentFile {
  readonly path: string;
}

function* below(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && DEFINITION_FILE.test(entry.name) && !FIXTURE_FILE.test(entry.name)) yield path;
    // Links are not followed, so that no circle is walked.
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) yield* below(path);
  }
}

/**
 * The definitions of a folder: every `*.yaml` (`.yml`, `.json`) in it and below, but fixtures, in the order of their
 * names. A folder that is not there has none.
 *
 * Throws  SEGMENTS_FILE_INVALID with file, line and column; DEFINITION_INVALID when two files have one key;
 *         FILE_TOO_MANY, FILE_UNREADABLE
 */
export async function readDefinitions(dir: string): Promise<readonly DefinitionFile[]> {
  if (!existsSync(dir)) return [];
  if (!statSync(dir).isDirectory()) throw fileErrors.FILE_UNREADABLE({ file: dir, reason: 'it is not a folder' });
  const byKey = new Map<string, DefinitionFile>();
  for (const file of below(dir)) {
    if (byKey.size >= MAX_FILES) throw fileErrors.FILE_TOO_MANY({ file: dir, limit: MAX_FILES });
    const read = parseSegmentFile(file, await readText(file));
    const { key } = read.definition;
    const first = byKey.get(key);
    if (first !== undefined) {
      const reason = `"${key}" is defined in ${first.text.file} too`;
      const place = { file, ...read.text.position(['segment']), path: 'segment' };
      throw definitionErrors.DEFINITION_INVALID({ ...place, reason });
    }
    byKey.set(key, { ...read, path: relative(dir, file) });
  }
  return [...byKey.values()];
}

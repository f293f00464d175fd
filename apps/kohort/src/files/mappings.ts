import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseMapping, type Mapping } from '@kohort/ingest-domain';
import { fileErrors } from './file-errors';

/** The mappings that come with the command line: `apps/kohort/mappings`, beside the built bundle. */
const BUILT_IN = join(__dirname, '../mappings');
const FROM_SOURCE = join(__dirname, '../../mappings');

const isMapping = (name: string): boolean => /\.ya?ml$/.test(name);

/**
 * Reads one mapping file.
 *
 * Throws  FILE_NOT_FOUND; INGEST_MAPPING_INVALID with the place
 */
export function loadMapping(file: string): Mapping {
  if (!existsSync(file)) throw fileErrors.FILE_NOT_FOUND({ file });
  return parseMapping(readFileSync(file, 'utf8'));
}

/** All mappings that come with Kohort; a file's columns choose among them. */
export function loadBuiltInMappings(): readonly Mapping[] {
  const dir = existsSync(BUILT_IN) ? BUILT_IN : FROM_SOURCE;
  return readdirSync(dir)
    .filter(isMapping)
    .sort()
    .map((name) => loadMapping(join(dir, name)));
}

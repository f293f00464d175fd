import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseMapping, type Mapping } from '@kohort/ingest-domain';
import { readingErrors } from './reading-errors';

/**
 * Reads every mapping (`*.yaml`, `*.yml`) of a folder, in the order of their names.
 *
 * Throws  READING_MAPPINGS_MISSING; INGEST_MAPPING_INVALID with the place
 */
export function loadMappings(dir: string): readonly Mapping[] {
  if (!existsSync(dir)) throw readingErrors.READING_MAPPINGS_MISSING({ dir });
  return readdirSync(dir)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => parseMapping(readFileSync(join(dir, name), 'utf8')));
}

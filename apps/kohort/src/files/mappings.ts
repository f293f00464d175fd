import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMappings } from '@kohort/hosts-reading';
import { parseMapping, type Mapping } from '@kohort/ingest-domain';
import { fileErrors } from './file-errors';

/** The mappings that come with the command line: `apps/kohort/mappings`, beside the built bundle. */
const BUILT_IN = join(__dirname, '../mappings');
const FROM_SOURCE = join(__dirname, '../../mappings');

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
  return loadMappings(existsSync(BUILT_IN) ? BUILT_IN : FROM_SOURCE);
}

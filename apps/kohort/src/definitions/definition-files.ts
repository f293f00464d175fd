import { existsSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { parseSegmentFile, type SegmentFile } from '@kohort/segments-domain';
import { fileErrors } from '../files/file-errors';
import { filesBelow } from '../files/files-below';
import { FIXTURE_FILE } from '../files/fixture-files';
import { readText } from '../files/read-bytes';
import { definitionErrors } from './definition-errors';
import { parseModelFile, type ModelFile } from './model-file';
import { parseTraitFile, type TraitFile } from './trait-file';

const DEFINITION_FILE = /\.(yaml|yml|json)$/;
const isDefinition = (name: string): boolean => DEFINITION_FILE.test(name) && !FIXTURE_FILE.test(name);
const MAX_FILES = 10_000;

/** A definition with the file that holds it, by its path below the folder. */
export interface DefinitionFile extends SegmentFile {
  readonly path: string;
}

/** The texts of a folder's definitions, those of fixtures left out; a folder that is not there has none. */
async function* definitionTexts(dir: string): AsyncGenerator<{ readonly file: string; readonly source: string }> {
  if (!existsSync(dir)) return;
  if (!statSync(dir).isDirectory()) throw fileErrors.FILE_UNREADABLE({ file: dir, reason: 'it is not a folder' });
  let files = 0;
  for (const file of filesBelow(dir, isDefinition)) {
    files += 1;
    if (files > MAX_FILES) throw fileErrors.FILE_TOO_MANY({ file: dir, limit: MAX_FILES });
    yield { file, source: await readText(file) };
  }
}

/** A file says which it is by the key that it begins with, wherever that stands. */
const IS_TRAIT = /^(?:\{\s*)?"?trait"?\s*:/m;
const IS_MODEL = /^(?:\{\s*)?"?model"?\s*:/m;

type AnyFile = TraitFile | SegmentFile | ModelFile;

/** Everything that a folder defines. */
export interface Definitions {
  readonly segments: readonly DefinitionFile[];
  readonly traits: readonly TraitFile[];
  readonly models: readonly ModelFile[];
}

/**
 * The definitions of a folder: every `*.yaml` (`.yml`, `.json`) in it and below, but fixtures, in the order of their
 * names.
 *
 * Throws  SEGMENTS_FILE_INVALID with file, line and column; DEFINITION_INVALID for a trait or a model, and when two files have one
 *         key; FILE_TOO_MANY, FILE_UNREADABLE
 */
export async function readAllDefinitions(dir: string): Promise<Definitions> {
  const segments = new Map<string, DefinitionFile>();
  const traits = new Map<string, TraitFile>();
  const models = new Map<string, ModelFile>();
  const refuseSecond = (first: AnyFile | undefined, second: AnyFile, path: string) => {
    if (first === undefined) return;
    const reason = `"${second.definition.key}" is defined in ${first.text.file} too`;
    throw definitionErrors.DEFINITION_INVALID({
      file: second.text.file,
      ...second.text.position([path]),
      path,
      reason,
    });
  };
  for await (const { file, source } of definitionTexts(dir)) {
    if (IS_TRAIT.test(source)) {
      const read = parseTraitFile(file, source);
      refuseSecond(traits.get(read.definition.key), read, 'trait');
      traits.set(read.definition.key, read);
      continue;
    }
    if (IS_MODEL.test(source)) {
      const read = parseModelFile(file, source);
      refuseSecond(models.get(read.definition.key), read, 'model');
      models.set(read.definition.key, read);
      continue;
    }
    const read = parseSegmentFile(file, source);
    refuseSecond(segments.get(read.definition.key), read, 'segment');
    segments.set(read.definition.key, { ...read, path: relative(dir, file) });
  }
  return { segments: [...segments.values()], traits: [...traits.values()], models: [...models.values()] };
}

/** The segments of a folder; see `readAllDefinitions`. */
export async function readDefinitions(dir: string): Promise<readonly DefinitionFile[]> {
  return (await readAllDefinitions(dir)).segments;
}

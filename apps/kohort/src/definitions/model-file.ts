import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readShape, runParams } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { checkClusterAlgorithm } from '@kohort/models-domain';
import { PlacedText, shapeProblem } from '@kohort/segments-domain';
import { Document } from 'yaml';
import { definitionErrors } from './definition-errors';
import { LINE_WIDTH, updatedText } from './updated-text';

const asked = runParams['models.fitClusters'];
const fitting = asked.omit({ modelKey: true, asOf: true }).shape;

/** One file: one clustering. */
export const modelFileSchema = z
  .strictObject({
    ...fitting,
    model: asked.shape.modelKey.describe('Key of the model: snake_case, immutable.'),
    algorithm: z.string().min(1).max(64).default('kmeans').describe('A name of `kohort cluster --list`.'),
    k: fitting.k.default('auto').describe('How many clusters, a range to choose from, or auto.'),
    seed: fitting.seed.default(1).describe('Seed of the starts.'),
    refit: z
      .union([z.enum(['never', 'on_drift']), z.strictObject({ everyDays: z.int().min(1).max(366) })])
      .default('never')
      .describe('When it is fitted again by itself: never, on_drift, or { everyDays: 7 }.'),
  })
  .describe('A clustering of Kohort, kept as a file.');

/** A clustering as a file tells it. */
export type ModelDefinition = Readonly<Omit<z.output<typeof modelFileSchema>, 'model'>> & { readonly key: string };

/** What of a clustering may differ. */
export const MODEL_FIELDS = [
  'algorithm',
  'features',
  'exclude',
  'k',
  'params',
  'weights',
  'sizes',
  'seeds',
  'mustLink',
  'cannotLink',
  'seed',
  'refit',
] as const satisfies readonly (keyof ModelDefinition)[];
export type ModelField = (typeof MODEL_FIELDS)[number];

/** A clustering's file, checked, with its text. */
export interface ModelFile {
  readonly definition: ModelDefinition;
  readonly text: PlacedText;
}

/** The fields in which two clusterings differ. */
export function differingModelFields(a: ModelDefinition, b: ModelDefinition): readonly ModelField[] {
  return MODEL_FIELDS.filter((field) => !isDeepStrictEqual(a[field], b[field]));
}

function checkAlgorithm(text: PlacedText, { algorithm, params, seeds, mustLink, cannotLink }: ModelDefinition): void {
  const links = mustLink !== undefined || cannotLink !== undefined;
  try {
    checkClusterAlgorithm(algorithm, params ?? {}, { seeds: seeds !== undefined, links });
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    const { parameter } = thrown.details;
    throw text.problem(typeof parameter === 'string' ? ['params', parameter] : ['algorithm'], thrown.message, thrown);
  }
}

/**
 * Reads the file of a clustering.
 *
 * Throws  DEFINITION_INVALID with file, line, column and path
 */
export function parseModelFile(file: string, source: string): ModelFile {
  const text = new PlacedText(file, source, definitionErrors.DEFINITION_INVALID);
  const parsed = readShape(modelFileSchema, text.data);
  if (!parsed.success) throw shapeProblem(text, parsed.error);
  const { model: key, ...rest } = parsed.data;
  const definition = { key, ...rest };
  checkAlgorithm(text, definition);
  return { definition, text };
}

/** A new file of a clustering: the same definition always gives the same text. */
export function newModelFile(definition: ModelDefinition): string {
  const fields = MODEL_FIELDS.filter((field) => definition[field] !== undefined);
  const content = Object.fromEntries(fields.map((field) => [field, definition[field]]));
  return new Document({ model: definition.key, ...content }).toString({ lineWidth: LINE_WIDTH });
}

/** The file with a definition's content. */
export function updatedModelFile(file: ModelFile, definition: ModelDefinition): string {
  return updatedText(file.text.text, differingModelFields(file.definition, definition), definition);
}

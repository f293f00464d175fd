import { z } from 'zod';
import { featureFormulaSchema, type FeatureDefinition } from '@kohort/features-domain';
import { keySchema } from '@kohort/kernel-contracts';
import { PlacedText, shapeProblem } from '@kohort/segments-domain';
import { Document } from 'yaml';
import { definitionErrors } from './definition-errors';

/** One file: one computed trait. */
export const traitFileSchema = z
  .strictObject({
    trait: keySchema.describe('Key of the trait: snake_case, immutable.'),
    label: z.string().trim().min(1).max(200).describe('Name for people.'),
    unit: z.string().min(1).max(100).describe('What it is counted in.'),
    formula: featureFormulaSchema.describe('What is measured, over which window.'),
  })
  .describe('A computed trait of Kohort, kept as a file.');

/** A computed trait's file, checked, with its text. */
export interface TraitFile {
  readonly definition: FeatureDefinition;
  readonly text: PlacedText;
}

/**
 * Reads the file of a trait.
 *
 * Throws  DEFINITION_INVALID with file, line, column and path
 */
export function parseTraitFile(file: string, source: string): TraitFile {
  const text = new PlacedText(file, source, definitionErrors.DEFINITION_INVALID);
  const parsed = traitFileSchema.safeParse(text.data);
  if (!parsed.success) throw shapeProblem(text, parsed.error);
  const { trait: key, ...rest } = parsed.data;
  return { definition: { key, ...rest }, text };
}

/** A new file of a trait: the same definition always gives the same text. */
export function newTraitFile({ key, label, unit, formula }: FeatureDefinition): string {
  return new Document({ trait: key, label, unit, formula }).toString({ lineWidth: 110 });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

/**
 * Holds files of traits against those that the workspace computes. They cannot be made or changed by a file: the set is
 * the server's, by version.
 *
 * Throws  DEFINITION_INVALID at the place of a key or a field that the workspace does not have so
 */
export function checkTraits(files: readonly TraitFile[], standing: readonly FeatureDefinition[]): void {
  for (const { definition, text } of files) {
    const found = standing.find(({ key }) => key === definition.key);
    if (found === undefined)
      throw text.problem(
        ['trait'],
        `the workspace computes no "${definition.key}"; traits cannot be made by a file yet`,
      );
    for (const field of ['label', 'unit', 'formula'] as const) {
      if (!same(definition[field], found[field]))
        throw text.problem([field], `the workspace has another ${field}; traits cannot be changed by a file yet`);
    }
  }
}

import { z } from 'zod';
import {
  differingFeatureFields,
  featureFormulaSchema,
  formulaIssue,
  type FeatureDefinition,
} from '@kohort/features-domain';
import { keySchema, readShape } from '@kohort/kernel-contracts';
import { PlacedText, shapeProblem } from '@kohort/segments-domain';
import { Document } from 'yaml';
import { definitionErrors } from './definition-errors';
import { LINE_WIDTH, updatedText } from './updated-text';

/** One file: one computed trait. */
export const traitFileSchema = z
  .strictObject({
    trait: keySchema.describe('Key of the trait: snake_case, immutable.'),
    label: z.string().trim().min(1).max(200).describe('Name for people.'),
    unit: z.string().min(1).max(100).describe('What it is counted in.'),
    formula: featureFormulaSchema.describe('What is measured, over which window.'),
    live: z.boolean().optional().describe('Kept with the other traits of a person, so that rules may use it.'),
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
  const parsed = readShape(traitFileSchema, text.data);
  if (!parsed.success) {
    const isOfFormula = parsed.error.issues[0]?.path[0] === 'formula';
    const issue = isOfFormula ? formulaIssue(Object(text.data).formula) : null;
    throw issue
      ? text.problem(['formula', ...issue.path], issue.message, parsed.error)
      : shapeProblem(text, parsed.error);
  }
  const { trait: key, ...rest } = parsed.data;
  return { definition: { key, ...rest }, text };
}

/** A new file of a trait: the same definition always gives the same text. */
export function newTraitFile({ key, label, unit, formula, live }: FeatureDefinition): string {
  return new Document({ trait: key, label, unit, formula, ...(live ? { live } : {}) }).toString({
    lineWidth: LINE_WIDTH,
  });
}

/** The file with a definition's content. */
export function updatedTraitFile(file: TraitFile, definition: FeatureDefinition): string {
  return updatedText(file.text.text, differingFeatureFields(file.definition, definition), definition);
}

import { parseDocument } from 'yaml';

/** Lines of a definition that is written as a file. */
export const LINE_WIDTH = 110;

/**
 * The text of a definition's file with other values of some of its fields; one that has no value any more is taken out.
 * What is written there stays as it is, comments too, but for those fields.
 */
export function updatedText<F extends string>(
  text: string,
  fields: readonly F[],
  definition: Readonly<Partial<Record<F, unknown>>>,
): string {
  if (fields.length === 0) return text;
  const document = parseDocument(text);
  for (const field of fields) {
    const value = definition[field];
    if (value === undefined) document.delete(field);
    else document.set(field, document.createNode(value));
  }
  return document.toString({ lineWidth: LINE_WIDTH });
}

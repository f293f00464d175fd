import { z } from 'zod';
import { textFeatureStatement, type FeatureDefinition, type FeatureRequest } from '@kohort/features-domain';
import type { ColumnStore, JobControl } from '@kohort/kernel-contracts';
import type { TextsByPerson } from './computed-features';

const textRow = z.looseObject({ profile: z.string() });
const textValue = z.string().nullable();

/** Characters by which words are told apart. Longer ones than 100 are no words for models: they need not come whole. */
export const WORD_LENGTH = 101;

/** The features that are texts, of everybody who has one; of each no more than its first `most` characters. */
export async function readTextColumns(
  columns: ColumnStore,
  { most, ...request }: FeatureRequest & { readonly most?: number },
  control: JobControl,
): Promise<TextsByPerson> {
  if (request.definitions.length === 0) return new Map();
  const { sql, params } = textFeatureStatement(request, most);
  const rows = await columns.query(sql, params, (row) => textRow.parse(row), control);
  return new Map(
    rows.map((row) => [row.profile, request.definitions.map((_, i) => textValue.parse(row[`f${i}`] ?? null))]),
  );
}

/** A column of words: its values are places in the list, which is in the order of the alphabet. */
export interface WordColumn {
  readonly feature: string;
  readonly words: readonly string[];
}

/** Numbers of people, row by row, and their texts. */
export interface NumbersAndTexts {
  readonly profileIds: readonly string[];
  /** Row-major, one column a number of `definitions`. */
  readonly numbers: Float64Array;
  /** One value a text of `definitions`. */
  readonly textOf: TextsByPerson;
}

/**
 * Numbers and texts as one table: a text is the place of its word among the words of its column. A missing text is the
 * empty word.
 *
 * Shape   answers profileIds × definitions, in their order; `isText` tells which of them are texts
 */
export function codedColumns(
  { profileIds, numbers, textOf }: NumbersAndTexts,
  definitions: readonly FeatureDefinition[],
  isText: (definition: FeatureDefinition) => boolean,
): { readonly data: Float64Array<SharedArrayBuffer>; readonly categories: readonly WordColumn[] } {
  const texts = definitions.filter(isText);
  const rows = profileIds.map((id) => textOf.get(id) ?? []);
  const columns = texts.map(({ key }, t) => {
    const words = [...new Set(rows.map((row) => row[t] ?? ''))].sort();
    return { feature: key, words, codes: new Map(words.map((word, code) => [word, code])) };
  });
  const [width, wide] = [definitions.length, definitions.length - texts.length];
  const data = new Float64Array(new SharedArrayBuffer(rows.length * width * Float64Array.BYTES_PER_ELEMENT));
  let [number, text] = [0, 0];
  definitions.forEach((definition, j) => {
    const place = isText(definition) ? text++ : number++;
    const codes = isText(definition) ? columns[place]?.codes : undefined;
    rows.forEach((row, i) => {
      data[i * width + j] = codes ? (codes.get(row[place] ?? '') ?? 0) : (numbers[i * wide + place] as number);
    });
  });
  return { data, categories: columns.map(({ feature, words }) => ({ feature, words })) };
}

import { doubleMetaphone } from '../compare/phonetic';
import { packTexts, type TextUnits } from '../compare/text-units';
import { wordTable, type WordTable } from '../compare/token-similarity';
import type { FieldType } from '../field-types';

/** The distinct normalised values of one field, or of fields that may have been exchanged; on shared memory. */
export interface Vocabulary {
  readonly type: FieldType;
  readonly size: number;
  readonly texts: TextUnits;
  /** Sound of a value as a number, -1 without one; for names, texts and addresses. */
  readonly sounds: Int32Array | null;
  /** For names, texts and addresses. */
  readonly words: WordTable | null;
  /** First word that begins with a digit, as a number; -1 without one. For addresses. */
  readonly houses: Int32Array | null;
}

function numbered(size: number, keyOf: (value: number) => string): Int32Array {
  const ids = new Int32Array(new SharedArrayBuffer(Math.max(4, size * 4)));
  const known = new Map<string, number>();
  for (let value = 0; value < size; value += 1) {
    const key = keyOf(value);
    if (key === '') {
      ids[value] = -1;
      continue;
    }
    const id = known.get(key) ?? known.size;
    known.set(key, id);
    ids[value] = id;
  }
  return ids;
}

const WORDY: ReadonlySet<FieldType> = new Set(['name', 'text', 'address']);

/** Numbers the values of a vocabulary by any key of theirs; -1 where the key is empty. On shared memory. */
export function numberValues(texts: readonly string[], keyOf: (text: string) => string): Int32Array {
  return numbered(texts.length, (value) => keyOf(texts[value] ?? ''));
}

/** Packs distinct normalised values with what their comparators need. */
export function buildVocabulary(type: FieldType, texts: readonly string[]): Vocabulary {
  const isWordy = WORDY.has(type);
  return {
    type,
    size: texts.length,
    texts: packTexts(texts),
    sounds: isWordy ? numberValues(texts, (text) => doubleMetaphone(text.replaceAll(' ', ''))[0]) : null,
    words: isWordy ? wordTable(texts) : null,
    houses: type === 'address' ? numberValues(texts, (text) => /(?:^| )(\d\S*)/.exec(text)?.[1] ?? '') : null,
  };
}

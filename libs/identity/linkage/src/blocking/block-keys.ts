import type { EncodedTable } from '../encode/table-encoder';
import { numberValues } from '../encode/vocabulary';
import { textAt } from '../compare/text-units';
import type { FieldType } from '../field-types';

/** One key of one field: a number that equal or similar values share. */
export interface BlockKey {
  readonly field: number;
  /** exact · sound · word · and parts of a value: start, end, year. */
  readonly part: string;
  /** As told: "surname" or "surname:sound". */
  readonly name: string;
  /** Key of a value, -1 without one; null where the value itself is the key. */
  readonly ofValue: Int32Array | null;
}

type Part = readonly [part: string, keyOf: (text: string) => string];

const from = (start: number, end?: number) => (text: string) => (text.length >= 4 ? text.slice(start, end) : '');
const half = (text: string): number => Math.ceil(text.length / 2);
const codeHalves: readonly Part[] = [
  ['start', (text) => (text.length >= 6 ? text.slice(0, half(text)) : '')],
  ['end', (text) => (text.length >= 6 ? text.slice(-half(text)) : '')],
];

/** Parts beside the whole value, by type; a part must survive slips that the whole value does not. */
const PARTS: Readonly<Record<FieldType, readonly Part[]>> = {
  name: [['start', from(0, 3)]],
  text: [['start', from(0, 4)]],
  address: [],
  house: [],
  date: [
    ['month', (text) => (/^\d{8}$/.test(text) ? text.slice(0, 6) : '')],
    ['day', (text) => (/^\d{8}$/.test(text) ? text.slice(4) : '')],
    ['year', (text) => (/^\d{8}$/.test(text) ? text.slice(0, 4) : '')],
  ],
  phone: [['end', (text) => (text.length >= 7 ? text.slice(-7) : '')]],
  email: [['mailbox', (text) => text.split('@')[0] ?? '']],
  code: codeHalves,
  amount: [],
  category: [],
};

/** All keys that the fields of a table offer, in the order of the fields, the whole value first. */
export function blockKeys(table: EncodedTable): BlockKey[] {
  const textsOf = table.vocabularies.map(({ texts, size }) => Array.from({ length: size }, (_, v) => textAt(texts, v)));
  return table.fields.flatMap(({ column, type, vocabulary: at }, field) => {
    const vocabulary = table.vocabularies[at];
    const texts = textsOf[at] ?? [];
    const keys: BlockKey[] = [{ field, part: 'exact', name: column, ofValue: null }];
    const add = (part: string, ofValue: Int32Array): void => {
      keys.push({ field, part, name: `${column}:${part}`, ofValue });
    };
    if (vocabulary?.sounds && type !== 'address') add('sound', vocabulary.sounds);
    const words = vocabulary?.words;
    // The rarest word of a text; for texts of one word it would be the text.
    if (words && type !== 'name' && words.ids.length > texts.length * 1.3) {
      const rarest = new Int32Array(new SharedArrayBuffer(Math.max(4, texts.length * 4)));
      texts.forEach((_, v) => {
        const start = words.starts[v] as number;
        rarest[v] = start < (words.starts[v + 1] as number) ? (words.ids[start] as number) : -1;
      });
      add('word', rarest);
    }
    for (const [part, keyOf] of PARTS[type]) add(part, numberValues(texts, keyOf));
    return keys;
  });
}

/** Key of one record, -1 without one. */
export function keyOfRecord(table: EncodedTable, key: BlockKey, record: number): number {
  const value = table.fields[key.field]?.values[record] ?? -1;
  if (value < 0) return -1;
  return key.ofValue ? (key.ofValue[value] as number) : value;
}

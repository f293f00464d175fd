import { textAt } from '../compare/text-units';
import type { EncodedTable } from '../encode/table-encoder';
import { linkageErrors } from '../linkage-errors';
import { sharedIntegers, type BlockPass } from './block-index';

/**
 * Sorts records by a field and compares those that come to stand less than `window` places apart.
 *
 * Ties    records of one value in the order of the file
 * Cost    records × window pairs
 * Throws  LINKAGE_BAD_PARAMETER for a column that is not compared or a window outside 2..1000
 * Source  Hernández & Stolfo 1995
 */
export function sortedNeighbourhood(table: EncodedTable, column: string, window: number): BlockPass {
  const field = table.fields.findIndex((candidate) => candidate.column === column);
  const encoded = table.fields[field];
  const vocabulary = table.vocabularies[encoded?.vocabulary ?? -1];
  if (!encoded || !vocabulary || !Number.isInteger(window) || window < 2 || window > 1000) {
    throw linkageErrors.LINKAGE_BAD_PARAMETER({
      parameter: 'sorted-neighbourhood',
      must: 'a compared column and a window of 2 to 1000 records',
    });
  }
  const texts = Array.from({ length: vocabulary.size }, (_, value) => textAt(vocabulary.texts, value));
  const places = new Int32Array(vocabulary.size);
  Int32Array.from(texts, (_, value) => value)
    .sort((a, b) => ((texts[a] ?? '') < (texts[b] ?? '') ? -1 : 1))
    .forEach((value, place) => {
      places[value] = place;
    });
  const present = Array.from(encoded.values.keys()).filter((record) => (encoded.values[record] as number) >= 0);
  const placeOf = (record: number): number => places[encoded.values[record] as number] as number;
  present.sort((a, b) => placeOf(a) - placeOf(b) || a - b);
  const order = sharedIntegers(present.length);
  order.set(present);
  const blockOf = sharedIntegers(table.records).fill(-1);
  present.forEach((record, place) => {
    blockOf[record] = place;
  });
  const rule = { name: `${column}:sorted(${window})`, keys: [{ field, part: 'sorted', name: column, ofValue: null }] };
  const pairs = present.length * (window - 1);
  const starts = sharedIntegers(0);
  return { rule, pairs, skippedBlocks: 0, skippedPairs: 0, largest: window, window, blockOf, order, starts };
}

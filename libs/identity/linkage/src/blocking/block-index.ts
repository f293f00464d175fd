import type { EncodedTable } from '../encode/table-encoder';
import { keyOfRecord, type BlockKey } from './block-keys';

const { imul, max } = Math;

/** Records that agree in all keys of a rule belong together in a block. */
export interface BlockRule {
  /** As told: "surname:sound + date_of_birth:year". */
  readonly name: string;
  readonly keys: readonly BlockKey[];
}

/** Names a rule after its keys. */
export function blockRule(keys: readonly BlockKey[]): BlockRule {
  return { name: keys.map(({ name }) => name).join(' + '), keys };
}

/** Numbers the distinct tuples of keys of some records; -1 where a key is missing. Returns the count of tuples too. */
export function tupleNumbers(
  table: EncodedTable,
  keys: readonly BlockKey[],
  records: Int32Array,
): { readonly numbers: Int32Array; readonly distinct: number } {
  let capacity = 16;
  while (capacity < records.length * 2) capacity *= 2;
  const slots = new Int32Array(capacity).fill(-1);
  const numbers = new Int32Array(records.length).fill(-1);
  const columns = keys.map((key) => Int32Array.from(records, (record) => keyOfRecord(table, key, record)));
  let distinct = 0;
  for (let r = 0; r < records.length; r += 1) {
    let hash = 0x9e3779b9;
    let isMissing = false;
    for (const column of columns) {
      const key = column[r] as number;
      if (key < 0) isMissing = true;
      hash = imul(hash ^ key, 0x85ebca6b);
      hash ^= hash >>> 13;
    }
    if (isMissing) continue;
    let slot = (imul(hash, 0xc2b2ae35) >>> 7) & (capacity - 1);
    for (;;) {
      const other = slots[slot] as number;
      if (other < 0) {
        slots[slot] = r;
        numbers[r] = distinct;
        distinct += 1;
        break;
      }
      if (columns.every((column) => column[r] === column[other])) {
        numbers[r] = numbers[other] as number;
        break;
      }
      slot = (slot + 1) & (capacity - 1);
    }
  }
  return { numbers, distinct };
}

/** What a rule would compare. */
export interface BlockCount {
  readonly pairs: number;
  /** Blocks left out for their size, and the pairs in them. */
  readonly skippedBlocks: number;
  readonly skippedPairs: number;
  readonly largest: number;
}

/** One blocking pass over all records: who is in which block, ready to be walked; on shared memory. */
export interface BlockPass extends BlockCount {
  readonly rule: BlockRule;
  /** 0 for blocks; else records whose places are less than so far apart are compared (sorted neighbourhood). */
  readonly window: number;
  /** Block of a record, or its place under a window; -1 where the pass leaves it out. */
  readonly blockOf: Int32Array;
  /** Block b holds order[starts[b] .. starts[b + 1]), ascending; under a window all records in the order of places. */
  readonly order: Int32Array;
  readonly starts: Int32Array;
}

/** An array of whole numbers on shared memory. */
export const sharedIntegers = (length: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(max(4, length * 4)), 0, length);

function countBlocks(
  sizes: Float64Array,
  cap: number,
): BlockCount & { readonly isSkipped: (block: number) => boolean } {
  // sizes: first-file members at 2b, second-file members at 2b + 1; within one file all are first.
  let pairs = 0;
  let skippedBlocks = 0;
  let skippedPairs = 0;
  let largest = 0;
  const pairsOf = (block: number): number => {
    const first = sizes[2 * block] as number;
    const second = sizes[2 * block + 1] as number;
    return second < 0 ? (first * (first - 1)) / 2 : first * second;
  };
  const sizeOf = (block: number): number => (sizes[2 * block] as number) + max(0, sizes[2 * block + 1] as number);
  for (let block = 0; block < sizes.length / 2; block += 1) {
    const size = sizeOf(block);
    if (size > largest) largest = size;
    if (size > cap) {
      skippedBlocks += 1;
      skippedPairs += pairsOf(block);
    } else pairs += pairsOf(block);
  }
  return { pairs, skippedBlocks, skippedPairs, largest, isSkipped: (block) => sizeOf(block) > cap };
}

function blockSizes(table: EncodedTable, records: Int32Array, tuple: ReturnType<typeof tupleNumbers>): Float64Array {
  const isOneFile = table.split >= table.records;
  const sizes = new Float64Array(tuple.distinct * 2);
  if (isOneFile) for (let b = 0; b < tuple.distinct; b += 1) sizes[2 * b + 1] = -1;
  for (let r = 0; r < records.length; r += 1) {
    const block = tuple.numbers[r] as number;
    if (block < 0) continue;
    const at = 2 * block + ((records[r] as number) < table.split ? 0 : 1);
    sizes[at] = (sizes[at] as number) + 1;
  }
  return sizes;
}

/** Counts the pairs of a rule over some of the records. */
export function countPairs(
  table: EncodedTable,
  rule: BlockRule,
  { records, cap }: { readonly records: Int32Array; readonly cap: number },
): BlockCount {
  const tuple = tupleNumbers(table, rule.keys, records);
  return countBlocks(blockSizes(table, records, tuple), cap);
}

/**
 * Sorts all records into the blocks of a rule. Blocks above the cap are left out and reported; so are blocks without a
 * pair.
 *
 * Cost    O(records) time; 8 bytes a record and 4 a block
 */
export function buildPass(table: EncodedTable, rule: BlockRule, cap: number): BlockPass {
  const all = Int32Array.from({ length: table.records }, (_, i) => i);
  const tuple = tupleNumbers(table, rule.keys, all);
  const sizes = blockSizes(table, all, tuple);
  const { isSkipped, ...count } = countBlocks(sizes, cap);
  const renumbered = new Int32Array(tuple.distinct).fill(-1);
  const members: number[] = [];
  for (let block = 0; block < tuple.distinct; block += 1) {
    const first = sizes[2 * block] as number;
    const second = sizes[2 * block + 1] as number;
    const hasPair = second < 0 ? first > 1 : first > 0 && second > 0;
    if (!hasPair || isSkipped(block)) continue;
    renumbered[block] = members.length;
    members.push(first + max(0, second));
  }
  const starts = sharedIntegers(members.length + 1);
  members.forEach((size, b) => {
    starts[b + 1] = (starts[b] as number) + size;
  });
  const blockOf = sharedIntegers(table.records).fill(-1);
  const order = sharedIntegers(starts[members.length] as number);
  const fill = Int32Array.from(starts);
  for (let record = 0; record < table.records; record += 1) {
    const block = tuple.numbers[record] as number;
    const at = block < 0 ? -1 : (renumbered[block] as number);
    blockOf[record] = at;
    if (at < 0) continue;
    order[fill[at] as number] = record;
    fill[at] = (fill[at] as number) + 1;
  }
  return { rule, ...count, window: 0, blockOf, order, starts };
}

import type { ColumnProfile, CountedValue } from './column-profile';
import type { ColumnSketch } from './column-sketch';
import { decideType } from './column-type';
import { CountedLines } from './line-sample';
import { numberProfile, splitSentinels, type Sentinel } from './number-profile';

/** Values of a column that are saved with its profile. */
export const TOP_SAVED = 100;
const VARIANT_GROUPS = 20;

function counted<K extends string>(
  map: ReadonlyMap<K, CountedLines>,
): { value: K; rows: number; lines: readonly number[] }[] {
  return [...map]
    .map(([value, each]) => ({ value, rows: each.rows, lines: each.lines() }))
    .sort((a, b) => b.rows - a.rows || (a.value < b.value ? -1 : 1));
}

const fold = (value: string): string => value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** Spellings of one value among the frequent ones. */
function variantsOf(sketch: ColumnSketch): ColumnProfile['variants'] {
  const groups = new Map<string, { value: string; rows: number }[]>();
  for (const each of sketch.heavy.list()) {
    const key = fold(each.value);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  const rowsOf = (group: readonly { rows: number }[]): number => group.reduce((sum, { rows }) => sum + rows, 0);
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .sort((a, b) => rowsOf(b) - rowsOf(a))
    .slice(0, VARIANT_GROUPS);
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function sentinelValues(found: readonly Sentinel[], text: (value: number) => string): CountedValue[] {
  return found.map(({ value, rows, lines }) => ({ value: text(value), rows, lines }));
}

/** Turns a column's sketch into its profile. Changes the sketch: do it last, once. */
export function profileColumn(sketch: ColumnSketch, position: number): ColumnProfile {
  sketch.settle();
  const numbers = splitSentinels(sketch.numbers);
  const swap = sketch.dayOrder.month > sketch.dayOrder.day;
  const times = splitSentinels(swap ? sketch.swappedTimes : sketch.times);
  const words = counted(sketch.missingWords);
  const missing = new CountedLines();
  missing.merge(sketch.empty);
  missing.merge(sketch.blank);
  for (const { rows, lines } of words) missing.add(rows, lines);
  const present = sketch.rows - missing.rows;
  const distinct = sketch.distinct.result();
  const figures = numberProfile(numbers.sketch);
  const decision = decideType(sketch, present, { distinct, numbers: figures });
  const isTime = decision.type === 'date' || decision.type === 'instant';
  const isNumber = decision.type === 'integer' || decision.type === 'decimal' || decision.type === 'mixed';
  const lengths = sketch.lengths.summary();
  const sentinels = [
    ...(isNumber ? sentinelValues(numbers.found, String) : []),
    ...(isTime ? sentinelValues(times.found, dayText) : []),
  ];
  return {
    name: sketch.name,
    position,
    type: decision.type,
    typeShareOfOne: decision.shareOfOne,
    kinds: counted(sketch.kinds),
    dateFormat: decision.dateFormat,
    dateFormats: counted(sketch.dateFormats),
    impossibleDays: { rows: sketch.compactDays.impossible.rows, lines: sketch.compactDays.impossible.lines() },
    dayOrderUnknown: decision.dayOrderUnknown,
    isIdentifier: decision.isIdentifier,
    rows: sketch.rows,
    present,
    missing: {
      rows: missing.rows,
      shareOfOne: sketch.rows === 0 ? 0 : missing.rows / sketch.rows,
      empty: sketch.empty.rows,
      blank: sketch.blank.rows,
      words,
      sentinels,
      lines: missing.lines(),
    },
    placeholders: counted(sketch.placeholders),
    distinct: { count: Math.min(distinct.count, present), exact: distinct.exact },
    top: sketch.heavy.list(TOP_SAVED),
    topShortBy: sketch.heavy.error(),
    lengths: lengths && { min: lengths.min, max: lengths.max, mean: lengths.mean },
    faults: counted(sketch.faults),
    scientific: [...sketch.scientific].sort(),
    variants: ['category', 'text', 'code', 'mixed'].includes(decision.type) ? variantsOf(sketch) : [],
    numbers: figures && (isNumber || isEpoch(decision.dateFormat)) ? figures : null,
    times: isTime && !isEpoch(decision.dateFormat) ? numberProfile(times.sketch) : null,
  };
}

const isEpoch = (format: string | null): boolean =>
  format === 'epoch_s' || format === 'epoch_ms' || format === 'yyyyMMdd';

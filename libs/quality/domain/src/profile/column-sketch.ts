import { FILE_BUDGET, type ProfileBudget } from './profile-budget';
import { CountedLines, LINES_SHOWN } from './line-sample';
import { isCompactDay } from './date-shape';
import { DistinctSketch } from './distinct-sketch';
import { HeavyValues } from './heavy-values';
import { hashText } from './hash-text';
import { isMissingWord, isPlaceholder, SENTINEL_DAYS, SENTINEL_NUMBERS } from './missing-words';
import { Moments } from './moments';
import { NumberSketch } from './number-sketch';
import { hasControl, isMojibake } from './text-damage';
import { readValue, type ReadValue, type ValueKind } from './value-kind';

/** Characters of a value that are kept. */
export const VALUE_CHARS = 120;
const WORDS_KEPT = 50;

interface PendingCell {
  rows: number;
  readonly hash: number;
  readonly lines: number[];
}

/** What can be wrong with a text, by cell. */
export const TEXT_FAULTS = ['padded', 'control', 'mojibake', 'formula'] as const;
export type TextFault = (typeof TEXT_FAULTS)[number];

const NON_ASCII = /[^\u0020-\u007e]/;
/** A cell that a spreadsheet would run. Signs before digits are numbers and phones. */
const FORMULA = /^(?:[=@]\S|[+-][A-Za-z(])/;

function into<K>(map: Map<K, CountedLines>, key: K, rows: number, lines: readonly number[]): void {
  const known = map.get(key);
  if (known) {
    known.add(rows, lines);
    return;
  }
  const fresh = new CountedLines();
  fresh.add(rows, lines);
  map.set(key, fresh);
}

function mergeInto<K>(map: Map<K, CountedLines>, other: ReadonlyMap<K, CountedLines>): void {
  for (const [key, counted] of other) into(map, key, counted.rows, counted.lines());
}

/**
 * Everything that is kept of one column while its cells stream by. Memory is bounded, whatever comes; two sketches of
 * parts of a file merge into the sketch of the file.
 *
 * Cost  a look-up a cell; each different cell is read once as long as there are few (16,384 for a file)
 */
export class ColumnSketch {
  rows = 0;
  readonly empty = new CountedLines();
  readonly blank = new CountedLines();
  readonly missingWords = new Map<string, CountedLines>();
  readonly placeholders = new Map<string, CountedLines>();
  readonly kinds = new Map<ValueKind, CountedLines>();
  readonly dateFormats = new Map<string, CountedLines>();
  readonly faults = new Map<TextFault, CountedLines>();
  readonly numbers = new NumberSketch(SENTINEL_NUMBERS);
  /** Dates by their first reading, and by the other where day and month may be swapped. */
  readonly times = new NumberSketch(SENTINEL_DAYS);
  readonly swappedTimes = new NumberSketch(SENTINEL_DAYS);
  /** Dates that only day-first, only month-first, or either reading explains. */
  readonly dayOrder = { day: 0, month: 0, either: 0 };
  /** Eight digits that are a day, and that look like one but are none. */
  readonly compactDays = { real: 0, impossible: new CountedLines() };
  /** Numbers with an exponent, as written. */
  readonly scientific = new Set<string>();
  readonly lengths = new Moments();
  readonly heavy = new HeavyValues();
  readonly distinct: DistinctSketch;
  private pending = new Map<string, PendingCell>();

  constructor(
    readonly name: string,
    private readonly budget: ProfileBudget = FILE_BUDGET,
  ) {
    this.distinct = new DistinctSketch(budget.exactDistinct);
  }

  /** Takes one cell and answers its hash, so that rows can be compared. */
  add(cell: string, line: number): number {
    this.rows += 1;
    const known = this.pending.get(cell);
    if (known) {
      known.rows += 1;
      if (known.lines.length < LINES_SHOWN) known.lines.push(line);
      return known.hash;
    }
    if (this.pending.size >= this.budget.pendingCells) this.settle();
    const hash = hashText(cell);
    this.pending.set(cell, { rows: 1, hash, lines: [line] });
    return hash;
  }

  /** Takes rows that have no such cell. */
  addEmpty(rows: number): this {
    this.rows += rows;
    this.empty.add(rows, []);
    return this;
  }

  merge(other: ColumnSketch): void {
    this.settle();
    other.settle();
    this.rows += other.rows;
    this.empty.merge(other.empty);
    this.blank.merge(other.blank);
    mergeInto(this.missingWords, other.missingWords);
    mergeInto(this.placeholders, other.placeholders);
    mergeInto(this.kinds, other.kinds);
    mergeInto(this.dateFormats, other.dateFormats);
    mergeInto(this.faults, other.faults);
    this.numbers.merge(other.numbers);
    this.times.merge(other.times);
    this.swappedTimes.merge(other.swappedTimes);
    this.dayOrder.day += other.dayOrder.day;
    this.dayOrder.month += other.dayOrder.month;
    this.dayOrder.either += other.dayOrder.either;
    for (const text of other.scientific) if (this.scientific.size < WORDS_KEPT) this.scientific.add(text);
    this.compactDays.real += other.compactDays.real;
    this.compactDays.impossible.merge(other.compactDays.impossible);
    this.lengths.merge(other.lengths);
    this.heavy.merge(other.heavy);
    this.distinct.merge(other.distinct);
  }

  /** Reads what has been gathered; call it before the parts are looked at. */
  settle(): void {
    const cells = this.pending;
    this.pending = new Map();
    for (const [cell, pending] of cells) this.read(cell, pending);
  }

  private read(cell: string, { rows, hash, lines }: PendingCell): void {
    const trimmed = cell.trim();
    if (trimmed === '') {
      (cell === '' ? this.empty : this.blank).add(rows, lines);
      return;
    }
    if (isMissingWord(trimmed)) {
      into(this.missingWords, this.missingWords.size < WORDS_KEPT ? trimmed : '…', rows, lines);
      return;
    }
    if (isPlaceholder(trimmed) && this.placeholders.size < WORDS_KEPT) into(this.placeholders, trimmed, rows, lines);
    const value = readValue(trimmed);
    into(this.kinds, value.kind, rows, lines);
    if (value.number !== null) this.numbers.add(value.number, rows, lines);
    if (value.date !== null) this.addDate(value.date, rows, lines);
    if (value.kind === 'integer' && trimmed.length === 8) this.addCompactDay(trimmed, rows, lines);
    if (value.kind === 'scientific' && this.scientific.size < WORDS_KEPT) this.scientific.add(trimmed);
    this.lengths.add(trimmed.length, rows);
    this.heavy.add(cell.length > VALUE_CHARS ? cell.slice(0, VALUE_CHARS) : cell, rows);
    this.distinct.add(hash);
    if (cell.length !== trimmed.length) into(this.faults, 'padded', rows, lines);
    if (NON_ASCII.test(cell)) {
      if (hasControl(cell)) into(this.faults, 'control', rows, lines);
      if (isMojibake(cell)) into(this.faults, 'mojibake', rows, lines);
    }
    if (value.kind === 'text' && FORMULA.test(trimmed)) into(this.faults, 'formula', rows, lines);
  }

  private addCompactDay(text: string, rows: number, lines: readonly number[]): void {
    const isDay = isCompactDay(text);
    if (isDay === true) this.compactDays.real += rows;
    if (isDay === false) this.compactDays.impossible.add(rows, lines);
  }

  private addDate(date: NonNullable<ReadValue['date']>, rows: number, lines: readonly number[]): void {
    const { format, other, epochMs } = date;
    this.times.add(epochMs, rows, lines);
    this.swappedTimes.add(other?.epochMs ?? epochMs, rows, lines);
    if (this.dateFormats.size < WORDS_KEPT) into(this.dateFormats, format, rows, lines);
    if (!/^[dM]{1,2}[-/.][dM]{1,2}[-/.]y/.test(format)) return;
    if (other) this.dayOrder.either += rows;
    else this.dayOrder[format.startsWith('d') ? 'day' : 'month'] += rows;
  }
}

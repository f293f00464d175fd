import { UNIT_MS, type CalendarSpan } from './duration';
import { shiftInstant, toLocalMs, zoneOffsetMs } from './local-time';

/** A stretch of instants over which the shifted instant advances with them, millisecond by millisecond. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly shiftedStart: number;
}

/** Time zones change at quarter hours; within a cell at most one jump is looked for. */
const CELL_MS = 15 * UNIT_MS.minute;
/** Days around the plain answer in which a clamped month end (three days) or a clock change may move a crossing. */
const SEARCH_DAYS = { before: 2, after: 5 };
const CACHED_DAYS = 2000;

/**
 * `now` moved by a calendar span, and its inverse. The map is not monotone: 29 March 09:00 less one month is
 * 28 February 09:00, earlier than what 28 March 10:00 gave, so that an event can leave a calendar window and come back.
 */
export class CalendarShift {
  private readonly pieces = new Map<number, readonly Piece[]>();

  constructor(
    private readonly span: CalendarSpan,
    private readonly zone: string,
    private readonly direction: 1 | -1,
  ) {}

  /** True when the span has a fixed length, so that no calendar is needed. */
  get isFixed(): boolean {
    return this.span.months === 0 && this.span.days === 0;
  }

  /** The instant the span away from `now`. */
  at(now: number): number {
    return shiftInstant(now, this.span, { zone: this.zone, direction: this.direction });
  }

  /**
   * Every instant at which `at(now)` passes `target` in either direction: from below it to it or beyond, or back.
   *
   * Cost    O(1) for fixed spans; else some milliseconds for the first question about a day, then a look-up
   */
  crossings(target: number): readonly number[] {
    if (this.isFixed) return [target - this.direction * this.span.ms];
    const plain = shiftInstant(target, this.span, { zone: this.zone, direction: this.direction === 1 ? -1 : 1 });
    const firstDay = Math.floor(plain / UNIT_MS.day) - SEARCH_DAYS.before;
    const found: number[] = [];
    let wasBelow: boolean | undefined;
    for (let day = firstDay; day <= firstDay + SEARCH_DAYS.before + SEARCH_DAYS.after; day += 1) {
      for (const { start, end, shiftedStart } of this.piecesOf(day)) {
        const isBelow = shiftedStart < target;
        if (wasBelow !== undefined && wasBelow !== isBelow) found.push(start);
        const inside = start + (target - shiftedStart);
        if (inside > start && inside < end) found.push(inside);
        wasBelow = shiftedStart + (end - 1 - start) < target;
      }
    }
    return found;
  }

  private piecesOf(day: number): readonly Piece[] {
    const known = this.pieces.get(day);
    if (known !== undefined) return known;
    if (this.pieces.size >= CACHED_DAYS) this.pieces.clear();
    const pieces: Piece[] = [];
    const [start, end] = [day * UNIT_MS.day, (day + 1) * UNIT_MS.day];
    const sinceMidnight = toLocalMs(start, this.zone) % UNIT_MS.day;
    const midnight = start + UNIT_MS.day - ((sinceMidnight + UNIT_MS.day) % UNIT_MS.day);
    for (const [from, to] of [
      [start, midnight],
      [midnight, end],
    ] as const) {
      if (to <= from) continue;
      if (this.isPlain(from, to)) this.cut(from, to, pieces);
      else for (let cell = from; cell < to; cell += CELL_MS) this.cut(cell, Math.min(cell + CELL_MS, to), pieces);
    }
    this.pieces.set(day, pieces);
    return pieces;
  }

  /** True when no clock changes on the day nor on the day it is shifted to: then only midnight can bring a jump. */
  private isPlain(from: number, to: number): boolean {
    const [first, last] = [this.at(from), this.at(to - 1)];
    const offset = (instant: number): number => zoneOffsetMs(instant, this.zone);
    return offset(from) === offset(to - 1) && offset(first) === offset(last) && last - first === to - 1 - from;
  }

  private cut(start: number, end: number, into: Piece[]): void {
    const shiftedStart = this.at(start);
    if (end - start === 1 || this.at(end - 1) - shiftedStart === end - 1 - start) {
      const last = into.at(-1);
      const continues = last !== undefined && last.shiftedStart + (start - last.start) === shiftedStart;
      if (continues) into[into.length - 1] = { ...last, end };
      else into.push({ start, end, shiftedStart });
      return;
    }
    const middle = Math.floor((start + end) / 2);
    this.cut(start, middle, into);
    this.cut(middle, end, into);
  }
}

import type { NumberTest } from '../rule/operand';
import type { ParsedSelection, ParsedWindow } from '../rule/parsed-rule';
import { isNamed, type RangeCounts } from './count-pass';
import { ColumnLevels } from './column-levels';
import { readingsOf } from './json-value';
import { numberColumn, type Pass } from './pass';
import type { SqlContext } from './sql-condition';
import type { SqlParams } from './sql-params';
import { boundOf, CALENDAR_SLACK_MS, countTurn, lengthOf, type NoTurn } from './turn-sql';

/** Events that many counts look at, each in windows of its own. */
interface SharedSelection {
  readonly names: readonly string[] | null;
  readonly where: readonly string[];
  /** The column of their words, newest first. */
  readonly words: string;
  /** The column of their times, newest first. */
  readonly times: string;
  readsTimes: boolean;
  from: number;
  /** What is computed of the times: counts and turns, with their columns. */
  readonly columns: { readonly name: string; readonly sql: string }[];
}

interface SharedCount {
  readonly selection: SharedSelection;
  readonly sql: string;
  readonly from: number;
  /** Whether it looks at everything up to now. */
  readonly isOpen: boolean;
}

/** The n-th newest event of a selection, held against the beginning of a window. */
interface Newest {
  /** Column of its instant, counted from `FIRST_MS`; 0 where there are fewer. */
  readonly column: string;
  /** It lies in the window from here on. */
  readonly bound: number;
}

/** Selections that are told apart in one word: an event's instant takes the upper 44 of 64 bits. */
const BITS = 20;
/** Greater than any instant, counted from `FIRST_MS`: words of later events are smaller. */
const SPAN_MS = 2 ** 44 - 1;
/** Whoever asks for more of a selection's events has them counted. */
const MOST_KEPT = 1_000_000;
/** Earlier than any instant that the store keeps. */
const FIRST_MS = Date.UTC(1900, 0, 1) - 1;

/**
 * Counts of events in ranges of time for very many rules. The events are read once, grouped by profile once, and told
 * apart by one bit for each distinct selection; each count then looks at the few times of its own selection. So the
 * hundredth count of a selection costs next to nothing, and what is kept of a profile does not grow with the rules.
 */
export class SharedCounts implements RangeCounts {
  private readonly selections = new Map<string, SharedSelection>();
  private readonly counted = new Map<string, SharedCount>();
  private columns = 0;

  constructor(
    private readonly now: number,
    private readonly table: string,
  ) {}

  add(
    { names }: ParsedSelection,
    range: { readonly from: number; readonly to: number },
    where: readonly string[],
  ): string {
    const key = JSON.stringify([names, where]);
    const known = this.selections.get(key);
    const i = this.selections.size;
    const selection = known ?? {
      ...{ names, where, words: `w${i}`, times: `x${i}`, readsTimes: false, from: Infinity },
      columns: [],
    };
    this.selections.set(key, selection);
    selection.from = Math.min(selection.from, range.from - CALENDAR_SLACK_MS);
    const inside = [
      ...(range.from === -Infinity ? [] : [`t >= ${Math.trunc(range.from)}`]),
      ...(range.to > this.now ? [] : [`t < ${Math.trunc(range.to)}`]),
    ];
    const count =
      inside.length === 0
        ? `length(${selection.times})`
        : `arrayCount(t -> ${inside.join(' AND ')}, ${selection.times})`;
    const name = `n${this.counted.size}`;
    this.counted.set(name, { selection, sql: count, from: range.from, isOpen: range.to > this.now });
    return name;
  }

  use(count: string): void {
    const counted = this.counted.get(count);
    if (counted === undefined || counted.selection.columns.some(({ name }) => name === count)) return;
    counted.selection.readsTimes = true;
    counted.selection.columns.push({ name: count, sql: counted.sql });
  }

  /** That there are at least n is that the n-th newest lies in the window: one instant serves windows of all lengths. */
  test(count: string, test: NumberTest): string | null {
    const bound = boundOf(test);
    if (bound === null) return null;
    const isLeast = 'least' in bound;
    const n = isLeast ? bound.least : bound.most + 1;
    if (n <= 0) return isLeast ? '1' : '0';
    const newest = this.newest(count, n);
    return newest && `(${newest.column} ${isLeast ? '>=' : '<'} ${newest.bound})`;
  }

  private newest(count: string, n: number): Newest | null {
    const counted = this.counted.get(count);
    if (counted?.isOpen !== true || n > MOST_KEPT) return null;
    const { selection, from } = counted;
    const { words } = selection;
    const column = this.shared(selection, `if(length(${words}) >= ${n}, ${sinceFirst(`${words}[${n}]`)}, 0)`);
    return { column, bound: Math.max(1, Math.trunc(from) - FIRST_MS) };
  }

  /** When a count may turn its test: a column, or an expression over columns. */
  turn(
    count: string,
    of: { readonly window: ParsedWindow; readonly test: NumberTest | null },
    context: SqlContext,
  ): string | NoTurn {
    const counted = this.counted.get(count);
    if (counted === undefined) return 'never';
    const { selection, from } = counted;
    const { window, test } = of;
    const bound = test === null ? null : boundOf(test);
    if (bound !== null && window.kind === 'last') {
      const { ms, isFixed } = lengthOf(window.duration);
      const n = 'least' in bound ? bound.least : bound.most + 1;
      const newest = isFixed && n > 0 ? this.newest(count, n) : null;
      // The answer turns with the event that the bound rests on.
      if (newest) return `if(${newest.column} >= ${newest.bound}, ${newest.column} + ${FIRST_MS + ms}, 0)`;
    }
    const turn = countTurn({ times: selection.times, count, from }, of, context);
    if (turn === 'never' || turn === 'unknown') return turn;
    this.use(count);
    return this.shared(selection, turn);
  }

  private shared(selection: SharedSelection, sql: string): string {
    const known = selection.columns.find((column) => column.sql === sql);
    return known?.name ?? this.column(selection, sql);
  }

  private column({ columns }: SharedSelection, sql: string): string {
    const name = `c${this.columns}`;
    this.columns += 1;
    columns.push({ name, sql });
    return name;
  }

  /** One reading for counts that need no properties, one for all others. */
  passes(params: SqlParams): readonly Pass[] {
    const all = [...this.selections.values()];
    const groups = [all.filter(({ where }) => where.length === 0), all.filter(({ where }) => where.length > 0)];
    return groups.filter((group) => group.length > 0).map((group) => this.pass(group, params));
  }

  private pass(selections: readonly SharedSelection[], params: SqlParams): Pass {
    const from = Math.min(...selections.map((selection) => selection.from));
    const names = selections.flatMap((selection) => selection.names ?? []);
    const conditions = [
      'workspace_id = {workspaceId:UUID}',
      `ts <= ${params.instant(this.now)}`,
      ...(from === -Infinity ? [] : [`ts >= ${params.instant(from)}`]),
      ...(selections.every((selection) => selection.names !== null)
        ? [isNamed([...new Set(names)].sort(), params)]
        : []),
    ];
    const masks = Array.from({ length: Math.ceil(selections.length / BITS) }, (_, i) => `mask${i}`);
    const bits = masks.map((mask, i) => {
      const own = selections.slice(i * BITS, (i + 1) * BITS).map(({ names: named, where }, bit) => {
        const matches = [...(named === null ? [] : [isNamed(named, params)]), ...where].join(' AND ') || '1';
        return `bitShiftLeft(toUInt64(${matches}), ${bit})`;
      });
      return `${own.join(' + ')} AS ${mask}`;
    });
    const age = `bitShiftLeft(toUInt64(${SPAN_MS + FIRST_MS} - toUnixTimestamp64Milli(ts)), ${BITS})${readOnce(selections)} AS age`;
    const events = `SELECT profile_id, ${[age, ...bits].join(', ')} FROM ${this.table} WHERE ${conditions.join(' AND ')}`;
    // Numbers, for the engine gathers and sorts them several times as fast as tuples; sorted once for all selections.
    const gathered = masks.map((mask, i) => `arraySort(groupArrayIf(age + ${mask}, ${mask} != 0)) AS all${i}`);
    const grouped = `SELECT profile_id, ${gathered.join(', ')} FROM (${events}) WHERE ${masks.map((mask) => `${mask} != 0`).join(' OR ')} GROUP BY profile_id`;
    const told = selections.flatMap(({ words, times, readsTimes }, i) => [
      `arrayFilter(w -> bitTest(w, ${i % BITS}), all${Math.floor(i / BITS)}) AS ${words}`,
      ...(readsTimes ? [`arrayMap(w -> ${sinceFirst('w')} + ${FIRST_MS}, ${words}) AS ${times}`] : []),
    ]);
    const columns = selections.flatMap((selection) => selection.columns);
    const computed = new ColumnLevels();
    for (const { name, sql } of columns) computed.add(name, sql);
    return {
      columns: columns.map(({ name }) => numberColumn(name)),
      sql: computed.over(`SELECT profile_id, ${told.join(', ')} FROM (${grouped})`),
    };
  }
}

/**
 * A zero, to be added, for which what many selections read of an event is read. What stands behind an AND is worked out
 * there, for the events that are left and for each selection anew: where the same is read by more selections than there are
 * sets of names, to read it once of every event takes less.
 */
function readOnce(selections: readonly SharedSelection[]): string {
  const uses = new Map<string, number>();
  for (const { where } of selections)
    for (const reading of readingsOf(where.join(' AND '))) uses.set(reading, (uses.get(reading) ?? 0) + 1);
  const named = new Set(selections.map(({ names }) => JSON.stringify(names))).size;
  const shared = [...uses].flatMap(([reading, n]) => (n > named ? [reading] : []));
  return shared.length === 0 ? '' : ` + ignore(${shared.join(', ')})`;
}

/** The instant of a word, counted from `FIRST_MS`. */
function sinceFirst(word: string): string {
  return `${SPAN_MS} - toInt64(bitShiftRight(${word}, ${BITS}))`;
}

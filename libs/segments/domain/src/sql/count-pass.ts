import type { NumberTest } from '../rule/operand';
import type { ParsedSelection } from '../rule/parsed-rule';
import { numberColumn, type Pass } from './pass';
import type { SqlParams } from './sql-params';

/** A count whose bounds are known before any event is: `[from, to)`, epoch milliseconds. */
interface RangeCount {
  readonly column: string;
  readonly names: readonly string[] | null;
  readonly from: number;
  readonly to: number;
  /** Conditions over an event's properties. */
  readonly where: readonly string[];
}

/** Where counts in ranges are added, and how they are read. */
export interface RangeCounts {
  /** The column that holds the count. */
  add(
    selection: ParsedSelection,
    range: { readonly from: number; readonly to: number },
    where: readonly string[],
  ): string;
  /** Says that a count itself is wanted, where it is not worked out for nothing. */
  use?(column: string): void;
  /** A test of a count that does not need it; null where there is none. */
  test?(column: string, test: NumberTest): string | null;
  /** The readings, each with the columns that it fills. */
  passes(params: SqlParams): readonly Pass[];
}

/** Counts that read properties, each in a reading of its own, while they are this few. */
const MOST_READINGS = 4;

/**
 * Counts of events in ranges of time: the matching events themselves, to be summed with everything else of a profile.
 * Counts that need no properties share one reading, so that the properties, most of the bytes, are read for the others
 * alone and of their names and months only.
 */
export class CountPass implements RangeCounts {
  private readonly counts: RangeCount[] = [];

  constructor(
    private readonly now: number,
    private readonly table: string,
  ) {}

  add(
    selection: ParsedSelection,
    range: { readonly from: number; readonly to: number },
    where: readonly string[],
  ): string {
    const column = `c${this.counts.length}`;
    this.counts.push({ column, names: selection.names, where, ...range });
    return column;
  }

  passes(params: SqlParams): readonly Pass[] {
    const plain = this.counts.filter(({ where }) => where.length === 0);
    const reading = this.counts.filter(({ where }) => where.length > 0);
    const groups = reading.length <= MOST_READINGS ? reading.map((count) => [count]) : [reading];
    return [plain, ...groups].filter((group) => group.length > 0).map((group) => this.pass(group, params));
  }

  private pass(counts: readonly RangeCount[], params: SqlParams): Pass {
    const matches = counts.map((count) => this.matches(count, params));
    const from = Math.min(...counts.map((count) => count.from));
    const named = counts.flatMap(({ names }) => (names === null ? [] : names));
    const conditions = [
      'workspace_id = {workspaceId:UUID}',
      `ts <= ${params.instant(this.now)}`,
      ...(from === -Infinity ? [] : [`ts >= ${params.instant(from)}`]),
      ...(counts.every(({ names }) => names !== null) ? [isNamed([...new Set(named)].sort(), params)] : []),
      matches.length === 1 ? matches[0] : `(${matches.join(' OR ')})`,
    ];
    const columns = counts.map(
      ({ column }, i) => `toUInt8(${matches.length === 1 ? '1' : (matches[i] ?? '0')}) AS ${column}`,
    );
    return {
      columns: counts.map(({ column }) => numberColumn(column)),
      sql: `SELECT profile_id, ${columns.join(', ')} FROM ${this.table} WHERE ${conditions.join(' AND ')}`,
    };
  }

  /** What costs little stands first: the engine does not look at the properties of events that fail before. */
  private matches({ names, from, to, where }: RangeCount, params: SqlParams): string {
    const conditions = [
      ...(names === null ? [] : [isNamed(names, params)]),
      ...(from === -Infinity ? [] : [`ts >= ${params.instant(from)}`]),
      ...(to > this.now ? [] : [`ts < ${params.instant(to)}`]),
      ...where,
    ];
    return conditions.length === 0 ? '1' : `(${conditions.join(' AND ')})`;
  }
}

/** The condition that an event has one of the names. */
export function isNamed(names: readonly string[], params: SqlParams): string {
  const [only] = names;
  return names.length === 1 && only !== undefined
    ? `name = ${params.text(only)}`
    : `name IN ${params.bind('Array(String)', names)}`;
}

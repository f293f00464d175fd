import type { ParsedNode } from '../rule/parsed-rule';
import { ExactDecimal } from '../values/decimal-sum';
import { hasValueOverNothing, measureZero } from './aggregate-sql';
import { EventPass } from './event-pass';
import { flagColumn, type Pass } from './pass';
import type { SqlContext } from './sql-condition';
import type { EntityTables } from './tables';

type TopNode = Extract<ParsedNode, { kind: 'top' }>;

/** Members stay until they fall below this many hundredths of the last rank. */
const STAYING_PERCENT = 105;

/** Rankings of everybody by a measure, each a reading of its own. */
export class TopPass {
  private readonly found: Pass[] = [];
  private readonly known = new Map<string, string>();

  constructor(
    private readonly now: number,
    private readonly tables: EntityTables,
  ) {}

  /** The column that is 2 for those inside, 1 for those close behind, who stay if they are members. */
  column(node: TopNode, context: SqlContext): string {
    const { by, n, percent } = node;
    const key = `${context.zone} ${JSON.stringify([by, n, percent])}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const column = `top${this.known.size}`;
    this.known.set(key, column);
    this.found.push({ columns: [flagColumn(column)], sql: this.ranked(node, column, context) });
    return column;
  }

  passes(): readonly Pass[] {
    return this.found;
  }

  /** Everybody who has a value: `place` among `ranked` people, of whom the first `last` are in, and the `value`. */
  ranks({ by, n, percent }: TopNode, context: SqlContext): string {
    const { params } = context;
    const values = new EventPass(this.now, this.tables.events).measure(by, context);
    const profile = `SELECT profile_id, 0 AS is_read, toUInt8(${hasValueOverNothing(by.fn) ? 1 : 0}) AS has, ${measureZero(by.fn)} AS amount FROM ${this.tables.everybody} WHERE workspace_id = {workspaceId:UUID}`;
    const read = `SELECT profile_id, 1 AS is_read, held.1 AS has, held.2 AS amount FROM (${values})`;
    const everybody = `SELECT profile_id, argMax(has, is_read) AS has_value, argMax(amount, is_read) AS value, min(is_read) = 0 AS is_here FROM (${profile} UNION ALL ${read}) GROUP BY profile_id`;
    // By the text of ids: the engine orders UUIDs by their second half.
    const order = 'ORDER BY value DESC, toString(profile_id)';
    const ranks = `SELECT profile_id, toInt256(row_number() OVER (${order})) AS place, toInt256(count() OVER ()) AS ranked, value FROM (${everybody}) WHERE is_here AND has_value = 1`;
    const last = n === null ? shareOf(percent ?? 0, params.bind.bind(params)) : `toInt256(${params.integer(n)})`;
    return `SELECT profile_id, place, ranked, ${last} AS last, value FROM (${ranks})`;
  }

  private ranked(node: TopNode, column: string, context: SqlContext): string {
    const held = `SELECT profile_id, multiIf(place <= last, 2, place * 100 <= last * ${STAYING_PERCENT}, 1, 0) AS ${column} FROM (${this.ranks(node, context)})`;
    return `SELECT profile_id, ${column} FROM (${held}) WHERE ${column} > 0`;
  }
}

/** ceil(percent · ranked / 100) in integers, however the percentage is written. */
function shareOf(percent: number, bind: SqlContext['params']['bind']): string {
  const power = new ExactDecimal(10).pow(Math.min(new ExactDecimal(String(percent)).decimalPlaces(), 50));
  const scaled = bind('Int256', new ExactDecimal(String(percent)).mul(power).ceil().toFixed(0));
  const whole = bind('Int256', power.mul(100).toFixed(0));
  return `intDiv(ranked * ${scaled} + ${whole} - 1, ${whole})`;
}

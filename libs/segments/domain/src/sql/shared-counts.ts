import type { NumberTest } from '../rule/operand';
import type { ParsedSelection, ParsedWindow } from '../rule/parsed-rule';
import { isNamed, type RangeCounts } from './count-pass';
import { ColumnLevels } from './column-levels';
import { numberColumn, type Pass } from './pass';
import type { SqlContext } from './sql-condition';
import type { SqlParams } from './sql-params';
import { CALENDAR_SLACK_MS, countTurn, type NoTurn } from './turn-sql';

/** Events that many counts look at, each in windows of its own. */
interface SharedSelection {
  readonly names: readonly string[] | null;
  readonly where: readonly string[];
  /** The column of their times, newest first. */
  readonly times: string;
  from: number;
  /** What is computed of the times: counts and turns, with their columns. */
  readonly columns: { readonly name: string; readonly sql: string }[];
}

/** Bits of one mask. */
const BITS = 64;

/**
 * Counts of events in ranges of time for very many rules. The events are read once, grouped by profile once, and told
 * apart by one bit for each distinct selection; each count then looks at the few times of its own selection. So the
 * hundredth count of a selection costs next to nothing, and what is kept of a profile does not grow with the rules.
 */
export class SharedCounts implements RangeCounts {
  private readonly selections = new Map<string, SharedSelection>();
  private readonly counted = new Map<string, { readonly selection: SharedSelection; readonly from: number }>();
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
    const times = `x${this.selections.size}`;
    const selection = known ?? { names, where, times, from: Infinity, columns: [] };
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
    const name = this.column(selection, count);
    this.counted.set(name, { selection, from: range.from });
    return name;
  }

  /** The column that says when a count may turn its test. */
  turn(
    count: string,
    of: { readonly window: ParsedWindow; readonly test: NumberTest | null },
    context: SqlContext,
  ): string | NoTurn {
    const counted = this.counted.get(count);
    if (counted === undefined) return 'never';
    const { selection, from } = counted;
    const turn = countTurn({ times: selection.times, count, from }, of, context);
    if (turn === 'never' || turn === 'unknown') return turn;
    const known = selection.columns.find(({ sql }) => sql === turn);
    return known?.name ?? this.column(selection, turn);
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
    const events = `SELECT profile_id, toUnixTimestamp64Milli(ts) AS at, ${bits.join(', ')} FROM ${this.table} WHERE ${conditions.join(' AND ')}`;
    // Sorted once for all selections, newest first.
    const row = ['at', ...masks].join(', ');
    const gathered = `arrayReverseSort(groupArray((${row}))) AS all`;
    const lists = ['times', ...masks.map((mask) => `${mask}s`)].map(
      (list, i) => `tupleElement(all, ${i + 1}) AS ${list}`,
    );
    const grouped = `SELECT profile_id, ${gathered} FROM (${events}) WHERE ${masks.map((mask) => `${mask} != 0`).join(' OR ')} GROUP BY profile_id`;
    const told = selections.map(({ times }, i) => {
      return `arrayFilter((t, m) -> bitTest(m, ${i % BITS}), times, mask${Math.floor(i / BITS)}s) AS ${times}`;
    });
    const columns = selections.flatMap((selection) => selection.columns);
    const computed = new ColumnLevels();
    for (const { name, sql } of columns) computed.add(name, sql);
    return {
      columns: columns.map(({ name }) => numberColumn(name)),
      sql: computed.over(
        `SELECT profile_id, ${told.join(', ')} FROM (SELECT profile_id, ${lists.join(', ')} FROM (${grouped}))`,
      ),
    };
  }
}

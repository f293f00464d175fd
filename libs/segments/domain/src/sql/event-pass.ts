import { makeWindow } from '../evaluate/time-window';
import type { NumberTest } from '../rule/operand';
import type {
  ParsedAggregate,
  ParsedMeasure,
  ParsedSelection,
  ParsedSequence,
  ParsedWindow,
} from '../rule/parsed-rule';
import { toSpan } from '../time/duration';
import { aggregateRows, aggregateTest, measureValue, passesOverNothing } from './aggregate-sql';
import { JsonValue } from './json-value';
import { CountPass, type RangeCounts } from './count-pass';
import { numberColumn, type Pass } from './pass';
import { sequenceSql, type LevelColumn } from './sequence-sql';
import { sqlCondition, sqlNumberTest, type SqlContext } from './sql-condition';
import type { SqlParams } from './sql-params';
import { aggregateTurn, sequenceTurn, type NoTurn } from './turn-sql';

const MS = 'toUnixTimestamp64Milli(ts)';

/** Windows that begin or end at one of the profile's own events. */
type EdgeWindow = ParsedWindow & { readonly kind: 'session' | 'withinFirst' };

/** Rows of events, from the earliest instant on that any measure looks at. */
interface Gathering {
  readonly name: string;
  readonly row: string;
  readonly matches: string;
  from: number;
  /** Those in one window, by its bounds. */
  readonly windows: Map<string, string>;
}

/** Counts and aggregates of events by profile, all in one reading of the events. */
export class EventPass {
  private readonly inner: string[] = [];
  private readonly outer: string[] = [];
  /** When answers may turn, computed behind them. */
  private readonly turns: string[] = [];
  /** Columns that are computed one after the other, between what is gathered and the answers. */
  private readonly levels: LevelColumn[][] = [];
  private readonly known = new Map<string, string>();
  private readonly ranged = new Map<string, string>();
  /** Rows that measures share, by what they hold. */
  private readonly gatherings = new Map<string, Gathering>();
  /** The rows of each aggregate, by its column. */
  private readonly rowsOf = new Map<string, string>();
  private readonly names = new Set<string>();
  private readsAll = false;
  private readsTimes = false;

  constructor(
    private readonly now: number,
    private readonly table: string,
    private readonly ranges: RangeCounts = new CountPass(now, table),
  ) {}

  /** The column that holds the number of events of a selection in a window. */
  count(selection: ParsedSelection, window: ParsedWindow, context: SqlContext): string {
    const column = this.counted(selection, window, context);
    this.ranges.use?.(column);
    return column;
  }

  /** The test of the number of events of a selection in a window: a condition over columns. */
  countTest(
    selection: ParsedSelection,
    { window, count }: { readonly window: ParsedWindow; readonly count: NumberTest },
    context: SqlContext,
  ): string {
    const column = this.counted(selection, window, context);
    const known = this.ranges.test?.(column, count) ?? null;
    if (known !== null) return known;
    return sqlNumberTest(count, this.count(selection, window, context), (n) => context.params.float(n));
  }

  /** As `count`, for whoever may do without the number itself. */
  counted(selection: ParsedSelection, window: ParsedWindow, context: SqlContext): string {
    const key = `${context.zone} ${selection.key} ${JSON.stringify(window)}`;
    const known = this.known.get(key) ?? this.ranged.get(key);
    if (known !== undefined) return known;
    if (window.kind !== 'session' && window.kind !== 'withinFirst') {
      const range = makeWindow(window, context.zone).range(this.now, []);
      if (range.from >= range.to) return '0';
      const ranged = this.ranges.add(selection, range, this.where(selection, context));
      this.ranged.set(key, ranged);
      return ranged;
    }
    const column = `e${this.known.size}`;
    this.known.set(key, column);
    this.countFromEdge(column, this.matches(selection, context), window, context);
    return column;
  }

  /** The test of an aggregate: a condition over its column. */
  aggregate(node: ParsedAggregate, context: SqlContext): string {
    // Who has no event has no row here and reads 0 everywhere: the column says whether the answer is another than that.
    const isDefault = passesOverNothing(node);
    const condition = (column: string): string => `(${column} = ${isDefault ? 0 : 1})`;
    const { event, window, fn, property, p, test } = node;
    const key = `${context.zone} aggregate ${JSON.stringify([event.key, window, fn, property?.text, p, test])}`;
    const known = this.known.get(key);
    if (known !== undefined) return condition(known);
    const column = `e${this.known.size}`;
    this.known.set(key, column);
    const rows = this.rows(column, node, context);
    this.rowsOf.set(column, rows);
    this.outer.push(`(${aggregateTest(node, rows, context)}) != ${isDefault ? 1 : 0} AS ${column}`);
    return condition(column);
  }

  /** The column that says when time may turn an aggregate's answer. */
  aggregateTurn(node: ParsedAggregate, context: SqlContext): string | NoTurn {
    const column = this.aggregate(node, context).replace(/^\((\w+) = .*$/, '$1');
    const holds = `(${column} = ${passesOverNothing(node) ? 0 : 1})`;
    return this.turnOf(column, aggregateTurn(node, { rows: this.rowsOf.get(column) ?? '[]', holds }, context));
  }

  /** The column that says when time may turn a sequence's answer. */
  sequenceTurn(parsed: ParsedSequence, context: SqlContext): string | NoTurn {
    const column = this.sequence(parsed, context).replace(/^\((\w+) = .*$/, '$1');
    return this.turnOf(column, sequenceTurn(parsed, { rows: `${column}_rows`, holds: `(${column} = 1)` }, context));
  }

  private turnOf(column: string, turn: string | NoTurn): string | NoTurn {
    if (turn === 'never' || turn === 'unknown') return turn;
    const name = `${column}_turn`;
    if (this.known.get(name) === undefined) this.turns.push(`${turn} AS ${name}`);
    this.known.set(name, name);
    return name;
  }

  /** A statement with `profile_id` and `held`, the value of a measure as `measureValue` has it, for who has events. */
  measure(node: ParsedMeasure, context: SqlContext): string {
    const column = `e${this.known.size}`;
    this.known.set('measure', column);
    this.outer.push(`${measureValue(node, this.rows(column, node, context), context)} AS held`);
    return this.gathered(context.params).sql;
  }

  /** The rows of a measure, sorted by (time, id): those that others look at too are gathered and sorted once. */
  private rows(column: string, node: ParsedMeasure, context: SqlContext): string {
    const { event, window } = node;
    const { row, condition: counts } = aggregateRows(node, context);
    const matches = `${this.matches(event, context)} AND ${counts}`;
    if (window.kind === 'session' || window.kind === 'withinFirst') {
      this.inner.push(`arraySort(groupArrayIf(${row}, ${matches})) AS ${column}_rows`);
      this.readsTimes = this.readsAll = true;
      return `arrayFilter(r -> ${this.edge('r.1', window, context)}, ${column}_rows)`;
    }
    const range = makeWindow(window, context.zone).range(this.now, []);
    return this.windowed(this.gathering(row, matches), range, context);
  }

  private gathering(row: string, matches: string): Gathering {
    const key = `${row} ${matches}`;
    const known = this.gatherings.get(key);
    const name = `g${this.gatherings.size}`;
    const gathering = known ?? { name, row, matches, from: Infinity, windows: new Map() };
    this.gatherings.set(key, gathering);
    return gathering;
  }

  private windowed(
    gathering: Gathering,
    { from, to }: { readonly from: number; readonly to: number },
    { params }: SqlContext,
  ): string {
    const isEmpty = from >= to;
    if (!isEmpty) gathering.from = Math.min(gathering.from, from);
    const bounds = [
      ...(from === -Infinity ? [] : [`r.1 >= ${params.integer(Math.ceil(from))}`]),
      ...(to > this.now ? [] : [`r.1 < ${params.integer(Math.ceil(to))}`]),
    ];
    if (!isEmpty && bounds.length === 0) return gathering.name;
    const key = isEmpty ? '' : bounds.join(' AND ');
    const known = gathering.windows.get(key);
    if (known !== undefined) return known;
    const name = `${gathering.name}_${gathering.windows.size}_rows`;
    gathering.windows.set(key, name);
    const sql = isEmpty ? `arraySlice(${gathering.name}, 1, 0)` : `arrayFilter(r -> ${key}, ${gathering.name})`;
    this.levels[0] = [...(this.levels[0] ?? []), { name, sql }];
    return name;
  }

  /** The condition that a sequence is there. */
  sequence(parsed: ParsedSequence, context: SqlContext): string {
    const key = `${context.zone} sequence ${JSON.stringify(parsed)}`;
    const known = this.known.get(key);
    if (known !== undefined) return `(${known} = 1)`;
    const column = `e${this.known.size}`;
    this.known.set(key, column);
    const { window, strict } = parsed;
    const isEdge = window.kind === 'session' || window.kind === 'withinFirst';
    if (isEdge) this.readsTimes = true;
    if (isEdge || strict) this.readsAll = true;
    // References are compared where both events are at hand.
    const matches = (event: ParsedSelection): string =>
      this.matches({ ...event, where: event.where.filter(({ ref }) => ref === null) }, context);
    const { row, condition, levels, test } = sequenceSql(parsed, {
      column,
      context,
      steps: parsed.steps.map(({ event }) => (isEdge ? matches(event) : this.inRange(matches(event), window, context))),
      without: parsed.without.map(({ event }) => matches(event)),
      edge: isEdge ? (time) => this.edge(time, window, context) : null,
    });
    this.inner.push(`arraySort(r -> (r.1, r.2), groupArrayIf(${row}, ${condition})) AS ${column}_rows`);
    levels.forEach((columns, i) => (this.levels[i] = [...(this.levels[i] ?? []), ...columns]));
    this.outer.push(`toUInt8(${test}) AS ${column}`);
    return `(${column} = 1)`;
  }

  private matches(selection: ParsedSelection, context: SqlContext): string {
    const { params } = context;
    if (selection.names === null) this.readsAll = true;
    selection.names?.forEach((name) => this.names.add(name));
    const isNamed = selection.names === null ? [] : [`has(${params.bind('Array(String)', selection.names)}, name)`];
    return [...isNamed, ...this.where(selection, context)].join(' AND ') || '1';
  }

  private where(selection: ParsedSelection, context: SqlContext): readonly string[] {
    return selection.where.map((parsed) =>
      sqlCondition(parsed, { value: new JsonValue('properties', parsed.path.steps, context.params) }, context),
    );
  }

  /** Narrows to a window whose bounds are known before any event is. */
  private inRange(matches: string, window: ParsedWindow, { zone, params }: SqlContext): string {
    const { from, to } = makeWindow(window, zone).range(this.now, []);
    const bounds = [
      ...(from === -Infinity ? [] : [`ts >= ${params.instant(from)}`]),
      ...(to > this.now ? [] : [`ts < ${params.instant(to)}`]),
    ];
    return from >= to ? '0' : [matches, ...bounds].join(' AND ');
  }

  /** Windows whose edge is one of the profile's own events: the times are gathered, and counted one level up. */
  private countFromEdge(column: string, matches: string, window: EdgeWindow, context: SqlContext): void {
    this.readsTimes = true;
    this.readsAll = true;
    this.inner.push(`groupArrayIf(${MS}, ${matches}) AS ${column}_times`);
    this.outer.push(`arrayCount(t -> ${this.edge('t', window, context)}, ${column}_times) AS ${column}`);
  }

  private edge(time: string, window: EdgeWindow, context: SqlContext): string {
    return window.kind === 'session'
      ? `${time} >= ${this.sessionStart(window.gapMs, context)}`
      : `${time} < ${firstEnd(window, context)}`;
  }

  private sessionStart(gapMs: number, { params }: SqlContext): string {
    const jump = `arrayLastIndex(d -> d > ${params.integer(gapMs)}, arrayDifference(all_times))`;
    return `all_times[greatest(1, ${jump})]`;
  }

  /** The readings of the events; none when no event is asked for. */
  passes(params: SqlParams): readonly Pass[] {
    const ranges = this.ranges.passes(params);
    return this.known.size === 0 ? ranges : [...ranges, this.gathered(params)];
  }

  /** What has to be gathered of a profile before it can be answered. */
  private gathered(params: SqlParams): Pass {
    const names = this.readsAll ? '' : ` AND name IN ${params.bind('Array(String)', [...this.names].sort())}`;
    const times = this.readsTimes ? [`arraySort(groupArray(${MS})) AS all_times`] : [];
    const shared = [...this.gatherings.values()].map(({ name, row, matches, from }) => {
      const after = Number.isFinite(from) ? [`ts >= ${params.instant(from)}`] : from > 0 ? ['0'] : [];
      return `arraySort(groupArrayIf(${row}, ${[matches, ...after].join(' AND ')})) AS ${name}`;
    });
    // Where all look back a while, what lies before is not read, let alone worked out.
    const first = Math.min(...[...this.gatherings.values()].map(({ from }) => from));
    const isBounded = this.inner.length === 0 && times.length === 0 && Number.isFinite(first);
    const since = isBounded ? ` AND ts >= ${params.instant(first)}` : '';
    const inner = `SELECT profile_id, ${[...times, ...shared, ...this.inner].join(', ')} FROM ${this.table} WHERE workspace_id = {workspaceId:UUID} AND ts <= ${params.instant(this.now)}${since}${names} GROUP BY profile_id`;
    const computed = this.levels.reduce(
      (from, columns) => `SELECT *, ${columns.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')} FROM (${from})`,
      inner,
    );
    const columns = [...this.known.values()].map((name) => numberColumn(name));
    const answers = `SELECT ${['profile_id', ...this.outer].join(', ')} FROM (${computed})`;
    if (this.turns.length === 0) return { columns, sql: answers };
    const all = `SELECT *, ${this.outer.join(', ')} FROM (${computed})`;
    return { columns, sql: `SELECT *, ${this.turns.join(', ')} FROM (${all})` };
  }
}

/** End of the first days of a profile; calendar days are counted on the wall clock, as `shiftInstant` does. */
function firstEnd(window: { duration: Parameters<typeof toSpan>[0] }, { zone, params }: SqlContext): string {
  const span = toSpan(window.duration);
  const first = 'all_times[1]';
  if (span.months === 0 && span.days === 0) return `${first} + ${params.integer(span.ms)}`;
  const offset = (ms: string): string =>
    `(toInt64(timezoneOffset(toTimeZone(fromUnixTimestamp64Milli(${ms}, 'UTC'), ${params.text(zone)}))) * 1000)`;
  const wall = `fromUnixTimestamp64Milli(${first} + ${offset(first)}, 'UTC')`;
  const moved = `toUnixTimestamp64Milli(addDays(addMonths(${wall}, ${params.integer(span.months)}), ${params.integer(span.days)}))`;
  const once = offset(`${moved} - ${offset(first)}`);
  const twice = offset(`${moved} - ${once}`);
  return `if(${once} = ${offset(first)}, ${moved} - ${offset(first)}, ${moved} - least(${once}, ${twice}))`;
}

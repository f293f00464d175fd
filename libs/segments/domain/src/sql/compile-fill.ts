import type { NumberTest } from '../rule/operand';
import type {
  Entity,
  ParsedCondition,
  ParsedNode,
  ParsedRule,
  ParsedSelection,
  ParsedWindow,
} from '../rule/parsed-rule';
import { selectionsOf } from '../rule/selections-of';
import { times } from '../time/duration';
import { ColumnLevels } from './column-levels';
import { RuleStatement, type CompiledSql, type Place, type SqlOptions } from './compile-to-sql';
import { SharedCounts } from './shared-counts';
import { TABLES } from './tables';
import type { NoTurn } from './turn-sql';

/** A rule that is to be answered for everybody. */
export interface RuleToFill {
  readonly rule: ParsedRule;
  /** Key of the segment whose rule it is. */
  readonly key: string;
}

/**
 * A statement with a row for everybody of whom there is something to tell: `profile_id`, `members` (Array(UInt16), places
 * of the rules that hold), `waking` (Array(UInt16), places of the rules that time may turn) and `due` (Array(Int64), for
 * each of these the instant, epoch milliseconds).
 */
export interface CompiledFill extends CompiledSql {
  /** Places of the rules of which nobody knows when time turns them but the evaluator: they have no part in `waking`. */
  readonly untimed: ReadonlySet<number>;
}

/** Which people: ids between two bounds, in the engine's order. */
export interface PeopleSlice {
  readonly first: string;
  readonly last: string;
}

/** Later than any instant. */
const NEVER = 'toInt64(9000000000000000)';
const NONE = 'toInt64(0)';
const UNBOUNDED = { first: '00000000-0000-0000-0000-000000000000', last: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const MOST_SLICES = 256;

/**
 * Cuts everybody into slices of about the same size, so that what a statement holds does not grow with the workspace. The
 * engine orders ids by their second half, which begins with 8, 9, a or b in the ids of people; the ends are open.
 */
export function peopleSlices(wanted: number): readonly PeopleSlice[] {
  const n = Math.max(1, Math.min(MOST_SLICES, Math.trunc(wanted)));
  const bound = (i: number): number => 0x8000 + Math.floor((0x4000 * i) / n);
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  return Array.from({ length: n }, (_, i) => ({
    first: i === 0 ? UNBOUNDED.first : `00000000-0000-0000-${hex(bound(i))}-000000000000`,
    last: i === n - 1 ? UNBOUNDED.last : `ffffffff-ffff-ffff-${hex(bound(i + 1) - 1)}-ffffffffffff`,
  }));
}

const isMovedByTime = ({ operand }: ParsedCondition): boolean =>
  operand?.family === 'span' || operand?.family === 'anniversary';

class FillStatement extends RuleStatement {
  private readonly levels = new ColumnLevels();
  /** Columns of the levels by what they stand for. */
  private readonly named = new Map<string, string>();
  private isTimed = true;

  constructor(
    options: SqlOptions,
    entity: Entity,
    private readonly counts: SharedCounts,
  ) {
    super(options, entity, undefined, counts);
  }

  /** When time may turn a rule: a column, null for never; undefined: nobody knows. */
  turn(rule: ParsedRule, trail: readonly string[]): string | null | undefined {
    this.isTimed = true;
    const turn = this.nodeTurn(rule.root, this.placeOf(rule, trail));
    return this.isTimed ? turn : undefined;
  }

  private column(prefix: 'wake' | 'hold', sql: string): string {
    const known = this.named.get(sql);
    if (known !== undefined) return known;
    const name = `${prefix}${this.named.size}`;
    this.named.set(sql, name);
    this.levels.add(name, sql);
    return name;
  }

  private alias(sql: string): string {
    return this.column('wake', sql);
  }

  /** Whether a condition holds. Some are numbers of a pass, and `if` takes truths alone. */
  private hold(condition: string): string {
    return this.column('hold', `(${condition}) != 0`);
  }

  /** A leaf's column, in which 0 is never. */
  private leafTurn(column: string | NoTurn): string | null {
    if (column === 'unknown') this.isTimed = false;
    if (column === 'unknown' || column === 'never') return null;
    return this.alias(`if(${column} = 0, ${NEVER}, ${column})`);
  }

  private nodeTurn(node: ParsedNode, place: Place): string | null {
    const context = this.contextOf(place);
    // Time moves what is asked of an event's properties: the evaluator alone knows when they turn.
    if (selectionsOf(node).some(({ where }) => where.some(isMovedByTime))) return this.leafTurn('unknown');
    switch (node.kind) {
      case 'all':
      case 'any':
      case 'none':
      case 'atLeast':
        return this.together(node, place);
      case 'trait':
      case 'text':
        return this.leafTurn(this.traits.turn(node.trait, context));
      case 'event':
        return this.leafTurn(this.countTurn(node.event, { window: node.window, test: node.count }, place));
      case 'aggregate':
        return this.leafTurn(this.events.aggregateTurn(node.aggregate, context));
      case 'sequence':
        return this.leafTurn(this.events.sequenceTurn(node.sequence, context));
      case 'frequency':
        return this.soonest(
          [node.a, node.b].map((of) => this.countTurn(of, { window: node.window, test: null }, place)),
        );
      case 'lifecycle': {
        const twice = times(node.period, 2);
        const windows: readonly ParsedWindow[] = [
          { kind: 'last', duration: node.period },
          { kind: 'last', duration: twice },
          { kind: 'between', from: twice, to: node.period },
        ];
        return this.soonest(windows.map((window) => this.countTurn(node.event, { window, test: null }, place)));
      }
      case 'segment': {
        const rule = this.options.segments?.get(node.key);
        if (rule === undefined) return null;
        return this.nodeTurn(rule.root, this.placeOf(rule, [...place.trail, node.key]));
      }
      case 'relation':
      case 'group':
        // Of the others' records the evaluator alone knows when they turn.
        return this.leafTurn('unknown');
      default:
        return null;
    }
  }

  private countTurn(
    selection: ParsedSelection,
    of: { readonly window: ParsedWindow; readonly test: NumberTest | null },
    place: Place,
  ): string | NoTurn {
    const context = this.contextOf(place);
    return this.counts.turn(this.events.counted(selection, of.window, context), of, context);
  }

  private soonest(columns: readonly (string | NoTurn)[]): string | null {
    return this.least(columns.flatMap((column) => this.leafTurn(column) ?? []));
  }

  private least(turns: readonly string[]): string | null {
    const [only] = turns;
    if (only === undefined) return null;
    return turns.length === 1 ? only : this.alias(`least(${turns.join(', ')})`);
  }

  /**
   * Of conditions that must all hold: while they do, the first that turns turns the whole; while some do not, each of
   * these has to turn first. `any` and `none` are the same the other way round.
   */
  private together(node: Extract<ParsedNode, { children: readonly ParsedNode[] }>, place: Place): string | null {
    const parts = node.children.map((child) => ({
      holds: this.hold(this.node(child, place)),
      turn: this.nodeTurn(child, place),
    }));
    const soonest = this.least(parts.flatMap(({ turn }) => turn ?? []));
    if (soonest === null || node.kind === 'atLeast') return soonest;
    const isAll = node.kind === 'all';
    const settled = (some: typeof parts): string =>
      some.map(({ holds }) => (isAll ? holds : `NOT (${holds})`)).join(' AND ');
    const [timed, lasting] = [parts.filter(({ turn }) => turn !== null), parts.filter(({ turn }) => turn === null)];
    const waits = timed.map(({ holds, turn }) =>
      isAll ? `if(${holds}, ${NONE}, ${turn})` : `if(${holds}, ${turn}, ${NONE})`,
    );
    const turn = timed.length === 1 ? soonest : `if(${settled(timed)}, ${soonest}, greatest(${waits.join(', ')}))`;
    // What stands against the answer for good is never outweighed by time.
    if (lasting.length > 0) return this.alias(`if(${settled(lasting)}, ${turn}, ${NEVER})`);
    return timed.length === 1 ? soonest : this.alias(turn);
  }

  /** As the other statements', with all columns of a pass in one list: a profile's state is what its events need. */
  protected override everybody(): string {
    const passes = this.passes();
    const lists = passes.map((_, i) => `q${i}`);
    const line = (own: string | null, sql: string, here: 0 | 1): string =>
      [
        `toUInt8(${here}) AS is_profile`,
        ...lists.map((list) => `${list === own ? sql : "CAST([], 'Array(Int64)')"} AS ${list}`),
      ].join(', ');
    const everybody = `SELECT profile_id, ${line(null, '', 1)} FROM ${this.tables.everybody} WHERE workspace_id = {workspaceId:UUID}`;
    const rest = passes.map(({ columns, sql }, i) => {
      const values = `[${columns.map(({ name }) => `toInt64(${name})`).join(', ')}]`;
      return `SELECT profile_id, ${line(`q${i}`, values, 0)} FROM (${sql})`;
    });
    const totals = ['max(is_profile) AS is_here', ...lists.map((list) => `groupArrayArray(${list}) AS ${list}_all`)];
    const grouped = `SELECT profile_id, ${totals.join(', ')} FROM (${[everybody, ...rest].join(' UNION ALL ')}) GROUP BY profile_id`;
    const named = passes.flatMap(({ columns }, i) => columns.map(({ name }, j) => `q${i}_all[${j + 1}] AS ${name}`));
    return `SELECT ${['profile_id', 'is_here', ...named].join(', ')} FROM (${grouped})`;
  }

  filled(conditions: readonly string[], turns: readonly (string | null)[], slice: PeopleSlice | null): CompiledSql {
    const places = (list: readonly number[]): string => `CAST([${list.join(', ')}], 'Array(UInt16)')`;
    const timed = turns.flatMap((turn, i) => (turn === null ? [] : [{ turn, i }]));
    const holds = conditions.map((condition) => this.hold(condition));
    const answers = [
      `arrayFilter((i, r) -> r != 0, ${places([...conditions.keys()])}, [${holds.join(', ')}]) AS members`,
      timed.length === 0
        ? "CAST([], 'Array(Int64)') AS turns"
        : `[${timed.map(({ turn }) => `toInt64(${turn})`).join(', ')}] AS turns`,
    ];
    const everybody = this.levels.over(`SELECT * FROM (${this.everybody()}) WHERE is_here = 1`);
    const waking = [
      `arrayFilter((i, t) -> t < ${NEVER}, ${places(timed.map(({ i }) => i))}, turns) AS waking`,
      `arrayFilter(t -> t < ${NEVER}, turns) AS due`,
    ];
    const sql = `SELECT profile_id, members, ${waking.join(', ')} FROM (SELECT profile_id, ${answers.join(', ')} FROM (${everybody}))
      WHERE notEmpty(members) OR notEmpty(waking)`;
    if (slice === null) return { sql, params: this.params.all() };
    const own = 'workspace_id = {workspaceId:UUID}';
    const bounds = `profile_id >= ${this.params.named('sliceFirst', 'UUID', slice.first)} AND profile_id <= ${this.params.named('sliceLast', 'UUID', slice.last)}`;
    // Everything that a rule says is a parameter, so that this text is nowhere but where a table is read.
    return { sql: sql.replaceAll(own, `${own} AND ${bounds}`), params: this.params.all() };
  }
}

/**
 * Compiles many rules to one statement that says who is a member of each, and when time alone may next change that. The
 * events are read once for all of them, what conditions share is computed once, and so are equal conditions.
 *
 * Shape   rules over one entity; see `CompiledFill`; `slice` narrows it to some of the people, which is wrong for rules with
 *         `top`, and with relations
 * Throws  as `compileToSql`
 */
export function compileFill(
  rules: readonly RuleToFill[],
  options: Omit<SqlOptions, 'key' | 'untied'>,
  slice: PeopleSlice | null = null,
): CompiledFill {
  const entity = rules[0]?.rule.entity ?? 'profile';
  const statement = new FillStatement(options, entity, new SharedCounts(options.nowMs, TABLES[entity].events));
  const conditions = rules.map(({ rule, key }) => statement.rule(rule, [key]));
  const turns = rules.map(({ rule, key }) => statement.turn(rule, [key]));
  const untimed = new Set(turns.flatMap((turn, i) => (turn === undefined ? [i] : [])));
  return {
    ...statement.filled(
      conditions,
      turns.map((turn) => turn ?? null),
      slice,
    ),
    untimed,
  };
}

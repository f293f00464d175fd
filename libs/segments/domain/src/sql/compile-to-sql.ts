import { segmentsErrors } from '../errors';
import type { Entity, ParsedNode, ParsedRule } from '../rule/parsed-rule';
import { times } from '../time/duration';
import { ExactDecimal } from '../values/decimal-sum';
import { fitsSql } from './aggregate-sql';
import type { RangeCounts } from './count-pass';
import { EventPass } from './event-pass';
import { PackedColumns } from './packed-columns';
import { flagColumn, type Pass } from './pass';
import { predicateSql } from './predicate-sql';
import { sqlNumberTest, type SqlContext } from './sql-condition';
import { SqlParams, type SqlValue } from './sql-params';
import { RelationPass } from './relation-pass';
import { TABLES, type EntityTables } from './tables';
import { TopPass } from './top-pass';
import { TraitPass } from './trait-pass';

/** A ClickHouse statement with typed parameters. */
export interface CompiledSql {
  readonly sql: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

export interface SqlOptions {
  readonly workspaceId: string;
  /** The instant of evaluation, epoch milliseconds. */
  readonly nowMs: number;
  /** Zone of rules that name none. Default UTC. */
  readonly timezone?: string;
  /** Key of the segment whose rule it is: its members leave a `top` a little later than others enter it. */
  readonly key?: string;
  /** Rules that `segment` nodes may name; others are looked up in `memberships`. */
  readonly segments?: ReadonlyMap<string, ParsedRule>;
  /**
   * Takes it that no trait has two values of one instant that are judged differently, which is much cheaper; a column
   * `tied` says of whom that is wrong. For `compileRulesToSql` alone.
   */
  readonly untied?: boolean;
}

/** Where a node stands: the zone of its rule, and the keys of the segments whose rules it was reached through. */
export interface Place {
  readonly zone: string;
  readonly trail: readonly string[];
}

/** One statement over everybody: the conditions of rules, and the readings that they share. */
export class RuleStatement {
  protected readonly tables: EntityTables;
  /** What relations ask of the others. */
  private related: { readonly statement: RuleStatement; readonly pass: RelationPass } | null = null;
  protected readonly events: EventPass;
  protected readonly traits: TraitPass;
  private readonly scores: string[] = [];
  private readonly memberships = new Map<string, string>();
  /** Predicates over the events, with their columns. */
  private readonly predicates = new Map<string, string>();
  private readonly tops: TopPass;
  private readonly consents = new Map<string, string>();

  constructor(
    protected readonly options: SqlOptions,
    private readonly entity: Entity,
    protected readonly params = new SqlParams(),
    ranges?: RangeCounts,
  ) {
    this.params.named('workspaceId', 'UUID', options.workspaceId);
    this.tables = TABLES[entity];
    this.events = new EventPass(options.nowMs, this.tables.events, ranges);
    this.tops = new TopPass(options.nowMs, this.tables);
    this.traits = new TraitPass(options.nowMs, options.untied === true);
  }

  rule(rule: ParsedRule, trail: readonly string[]): string {
    if (rule.entity !== this.entity) {
      throw segmentsErrors.SEGMENTS_ENTITY_UNSUPPORTED({
        entity: rule.entity,
        where: `in one statement over "${this.entity}"`,
      });
    }
    return this.node(rule.root, this.placeOf(rule, trail));
  }

  protected placeOf(rule: ParsedRule, trail: readonly string[]): Place {
    return { zone: rule.timezone ?? this.options.timezone ?? 'UTC', trail };
  }

  protected node(node: ParsedNode, place: Place): string {
    switch (node.kind) {
      case 'all':
        return node.children.length === 0 ? '1' : `(${this.children(node.children, place).join(' AND ')})`;
      case 'any':
        return node.children.length === 0 ? '0' : `(${this.children(node.children, place).join(' OR ')})`;
      case 'none':
        return node.children.length === 0 ? '1' : `NOT (${this.children(node.children, place).join(' OR ')})`;
      case 'atLeast': {
        const sum =
          this.children(node.children, place)
            .map((child) => `toUInt16(${child})`)
            .join(' + ') || '0';
        return `(${sum} >= ${this.params.integer(node.n)})`;
      }
      case 'segment':
        return this.segment(node, place);
      default:
        return this.leaf(this.test(node, place));
    }
  }

  /** What stands in a condition for a test of a profile's own columns. */
  protected leaf(test: string): string {
    return test;
  }

  private test(
    node: Exclude<ParsedNode, { kind: 'all' | 'any' | 'none' | 'atLeast' | 'segment' }>,
    place: Place,
  ): string {
    const context = this.contextOf(place);
    switch (node.kind) {
      case 'consent':
        return this.consent(node.purpose);
      case 'trait':
      case 'text':
        return this.traits.condition(node.trait, context);
      case 'event':
        return this.events.countTest(node.event, node, context);
      case 'aggregate':
        if (!fitsSql(node.aggregate)) break;
        return this.events.aggregate(node.aggregate, context);
      case 'sequence':
        return this.events.sequence(node.sequence, context);
      case 'frequency':
        return this.frequency(node, context);
      case 'lifecycle':
        return this.lifecycle(node, context);
      case 'prediction': {
        const measure = sqlNumberTest(node.test, node.measure, (n) => this.params.float(n));
        return this.score(`model_key = ${this.params.text(node.model)} AND ifNull(${measure}, 0)`);
      }
      case 'cluster': {
        const confidence =
          node.minConfidence === null ? '' : ` AND ifNull(confidence >= ${this.params.float(node.minConfidence)}, 0)`;
        const isIn = `ifNull(has(${this.params.bind('Array(String)', node.in)}, assumeNotNull(cluster_key)) AND isNotNull(cluster_key), 0)`;
        return this.score(`model_key = ${this.params.text(node.model)} AND ${isIn}${confidence}`);
      }
      case 'top': {
        const column = this.tops.column(node, context);
        const key = place.trail.at(-1);
        if (node.exact || key === undefined) return `(${column} = 2)`;
        return `(${column} = 2 OR (${column} = 1 AND ${this.membership(key)} = 1))`;
      }
      case 'sql': {
        const test = predicateSql(node.predicate, this.params, this.options.nowMs);
        this.predicates.set(test, this.predicates.get(test) ?? `held${this.predicates.size}`);
        return `${this.predicates.get(test)}`;
      }
      case 'relation':
      case 'group':
        return this.relation(node, place);
      case 'bucket': {
        const text = `concat(${this.params.text(`${node.salt}:`)}, toString(profile_id))`;
        const bucket = `(reinterpretAsUInt64(reverse(substring(SHA256(${text}), 1, 8))) % 10000)`;
        return `(${bucket} >= ${this.params.integer(node.from)} AND ${bucket} <= ${this.params.integer(node.to)})`;
      }
      default:
        break;
    }
    throw this.unsupported(node);
  }

  protected contextOf({ zone }: Place): SqlContext {
    return { params: this.params, zone, now: this.options.nowMs };
  }

  private unsupported({ id, kind }: ParsedNode): Error {
    return segmentsErrors.SEGMENTS_NODE_UNSUPPORTED({ node: id, name: kind, where: 'as one statement' });
  }

  private children(children: readonly ParsedNode[], place: Place): string[] {
    return children.map((child) => this.node(child, place));
  }

  private frequency(node: Extract<ParsedNode, { kind: 'frequency' }>, context: SqlContext): string {
    const a = this.events.count(node.a, node.window, context);
    const b = this.events.count(node.b, node.window, context);
    // a / b against a decimal ratio, in integers: a · 10^k against b · (ratio · 10^k).
    const decimals = Math.max(
      ...[node.ratio.n, node.ratio.high].map((n) => new ExactDecimal(String(n)).decimalPlaces()),
    );
    const scaled = (n: number): string => {
      const digits = new ExactDecimal(String(n)).mul(new ExactDecimal(10).pow(decimals)).toFixed(0);
      return `toInt256(${b}) * toInt256(${this.params.text(digits)})`;
    };
    const power = this.params.text(new ExactDecimal(10).pow(decimals).toFixed(0));
    const left = `toInt256(${a}) * toInt256(${power})`;
    return `(${b} > 0 AND ${sqlNumberTest(node.ratio, left, scaled)})`;
  }

  private lifecycle(node: Extract<ParsedNode, { kind: 'lifecycle' }>, context: SqlContext): string {
    const twice = times(node.period, 2);
    const current = this.events.count(node.event, { kind: 'last', duration: node.period }, context);
    const both = this.events.count(node.event, { kind: 'last', duration: twice }, context);
    const previous = this.events.count(node.event, { kind: 'between', from: twice, to: node.period }, context);
    const ever = this.events.count(node.event, { kind: 'all' }, context);
    switch (node.state) {
      case 'new':
        return `(${current} > 0 AND ${ever} = ${current})`;
      case 'regular':
        return `(${current} > 0 AND ${previous} > 0)`;
      case 'resurrected':
        return `(${current} > 0 AND ${previous} = 0 AND ${ever} > ${both})`;
      case 'stopped':
        return `(${current} = 0 AND ${previous} > 0)`;
    }
  }

  private segment(node: Extract<ParsedNode, { kind: 'segment' }>, place: Place): string {
    if (place.trail.includes(node.key)) {
      const path = [...place.trail.slice(place.trail.indexOf(node.key)), node.key].join(' → ');
      throw segmentsErrors.SEGMENTS_SEGMENT_CYCLE({ node: node.id, path });
    }
    const rule = this.options.segments?.get(node.key);
    const member =
      rule === undefined ? this.leaf(this.membership(node.key)) : this.rule(rule, [...place.trail, node.key]);
    return node.is ? `(${member})` : `NOT (${member})`;
  }

  private relation(node: Extract<ParsedNode, { kind: 'relation' | 'group' }>, place: Place): string {
    // Values of one instant that disagree cannot be told of through a relation: there each is gathered.
    const options = { ...this.options, untied: false };
    this.related ??= {
      statement: new RuleStatement(options, node.to, this.params),
      pass: new RelationPass(this.entity, options.nowMs),
    };
    const { statement, pass } = this.related;
    const { matching, total } = pass.columns(statement.node(node.where, place));
    switch (node.quantifier) {
      case 'any':
        return `(${matching} > 0)`;
      case 'all':
        return `(${matching} = ${total})`;
      case 'none':
        return `(${matching} = 0)`;
      case 'count':
        return sqlNumberTest(node.count, matching, (n) => this.params.float(n));
    }
  }

  private membership(key: string): string {
    const column = this.memberships.get(key) ?? `m${this.memberships.size}`;
    this.memberships.set(key, column);
    return column;
  }

  private consent(purpose: string): string {
    const column = this.consents.get(purpose) ?? `given${this.consents.size}`;
    this.consents.set(purpose, column);
    return column;
  }

  private score(test: string): string {
    const known = this.scores.indexOf(test);
    return `s${known < 0 ? this.scores.push(test) - 1 : known}`;
  }

  protected passes(): readonly Pass[] {
    const where = 'WHERE workspace_id = {workspaceId:UUID} GROUP BY profile_id';
    const members = [...this.memberships].map(([key, column]) => ({
      column,
      test: `segment_key = ${this.params.text(key)}`,
    }));
    const given = [...this.consents].map(([purpose, column]) => ({
      column,
      test: `purpose = ${this.params.text(purpose)}`,
    }));
    const scored = this.scores.map((test, i) => ({ column: `s${i}`, test }));
    const flags = (from: string, list: readonly { column: string; test: string }[]): Pass => ({
      columns: list.map(({ column }) => flagColumn(column)),
      sql: `SELECT profile_id, ${list.map(({ column, test }) => `max(${test}) AS ${column}`).join(', ')} FROM ${from} ${where}`,
    });
    return [
      ...this.events.passes(this.params),
      ...this.traits.passes(this.params),
      ...this.tops.passes(),
      ...(this.predicates.size === 0 ? [] : [this.predicatePass()]),
      ...(this.related === null ? [] : [this.relatedPass(this.related)]),
      ...(members.length === 0 ? [] : [flags('memberships', members)]),
      ...(given.length === 0 ? [] : [flags('consents', given)]),
      ...(scored.length === 0 ? [] : [flags('scores', scored)]),
    ];
  }

  private relatedPass({ statement, pass }: { readonly statement: RuleStatement; readonly pass: RelationPass }): Pass {
    return pass.pass(statement.answers(pass.conditions).sql, this.params);
  }

  private predicatePass(): Pass {
    const tests = [...this.predicates].map(([test, column]) => `toUInt8(ifNull(${test}, 0) != 0) AS ${column}`);
    const until = `ts <= ${this.params.instant(this.options.nowMs)}`;
    return {
      columns: [...this.predicates.values()].map((column) => flagColumn(column)),
      sql: `SELECT profile_id, ${tests.join(', ')} FROM ${this.tables.events} WHERE workspace_id = {workspaceId:UUID} AND ${until} GROUP BY profile_id`,
    };
  }

  /**
   * Everybody once, with each pass's totals beside them: UNION ALL and one GROUP BY, so that a shard needs no other and a
   * profile's place is looked up once a row.
   */
  protected everybody(): string {
    const passes = this.passes();
    const packed = new PackedColumns([flagColumn('is_here'), ...passes.flatMap(({ columns }) => columns)]);
    const line = (values: readonly (readonly [string, string])[]): string => packed.row(new Map(values));
    const everybody = `SELECT profile_id, ${line([['is_here', '1']])} FROM ${this.tables.everybody} WHERE workspace_id = {workspaceId:UUID}`;
    const rest = passes.map(
      ({ columns, sql }) => `SELECT profile_id, ${line(columns.map(({ name }) => [name, name]))} FROM (${sql})`,
    );
    const grouped = `SELECT profile_id, ${packed.sums} FROM (${[everybody, ...rest].join(' UNION ALL ')}) GROUP BY profile_id`;
    return `SELECT profile_id, ${packed.columns} FROM (${grouped})`;
  }

  /** The ids of those for whom a condition holds. */
  members(condition: string): CompiledSql {
    const sql = `SELECT profile_id FROM (${this.everybody()}) WHERE is_here > 0 AND ${condition}`;
    return { sql, params: this.params.all() };
  }

  /** Everybody, with one column for each condition. */
  answers(conditions: readonly string[]): CompiledSql {
    const columns = [
      ...conditions.map((condition, i) => `toUInt8(${condition}) AS r${i}`),
      ...(this.options.untied === true ? [`toUInt8(${this.traits.tied}) AS tied`] : []),
    ];
    const sql = `SELECT ${['profile_id', ...columns].join(', ')} FROM (${this.everybody()}) WHERE is_here > 0`;
    return { sql, params: this.params.all() };
  }
}

/**
 * Compiles a rule to one ClickHouse statement that gives the ids of its members at `nowMs`, with the meaning of the
 * per-profile evaluator. It reads `profiles` (the universe), `live_events`, `traits`, `memberships`, `scores` and
 * `consents` (profile and purpose, where consent is given), each at most once; of accounts `accounts` and
 * `account_events`, and `account_people` (who belongs to which account, since when) for what leads from one to the other.
 *
 * Shape   one column, `profile_id`; every value of the rule is a typed parameter
 * Throws  SEGMENTS_NODE_UNSUPPORTED for sums against bounds of over 15 digits, and the kinds that are not evaluated per
 *         profile;
 *         SEGMENTS_SEGMENT_CYCLE, SEGMENTS_ENTITY_UNSUPPORTED
 */
export function compileToSql(rule: ParsedRule, options: SqlOptions): CompiledSql {
  const statement = new RuleStatement(options, rule.entity);
  return statement.members(statement.rule(rule, options.key === undefined ? [] : [options.key]));
}

/**
 * Compiles many rules to one statement over the same passes: what they ask alike is computed once.
 *
 * Shape   rules over one entity; columns `profile_id` and `r0`, `r1`, … (UInt8), one for each rule in order; a row for every profile
 * Throws  as `compileToSql`
 */
export function compileRulesToSql(rules: readonly ParsedRule[], options: SqlOptions): CompiledSql {
  const statement = new RuleStatement(options, rules[0]?.entity ?? 'profile');
  return statement.answers(rules.map((rule) => statement.rule(rule, options.key === undefined ? [] : [options.key])));
}

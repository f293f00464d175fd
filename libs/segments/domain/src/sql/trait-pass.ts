import type { ParsedPath, ParsedTrait } from '../rule/parsed-rule';
import { JsonValue } from './json-value';
import { flagColumn, type Pass } from './pass';
import { TraitRows } from './trait-rows';
import { sqlCondition, type SqlContext } from './sql-condition';
import type { SqlParams } from './sql-params';
import { lengthOf, type NoTurn } from './turn-sql';

/** Comparisons of traits by profile, all in one reading of the traits. */
export class TraitPass {
  private readonly inner = new Map<string, string>();
  private readonly outer: string[] = [];
  private readonly known = new Map<string, string>();
  private readonly keys = new Set<string>();

  private readonly rows: TraitRows;
  private readonly judged = new Map<string, string>();

  constructor(
    private readonly now: number,
    private readonly untied: boolean,
  ) {
    this.rows = new TraitRows(now);
  }

  /** A condition over the columns of the pass; a profile without any trait has 0 in all of them. */
  condition(trait: ParsedTrait, context: SqlContext): string {
    if (trait.op === 'notExists') {
      // Before its first value every trait was missing.
      if (trait.ever) return '1';
      return `NOT ${this.column({ ...trait, op: 'exists' }, context)}`;
    }
    return this.column(trait, context);
  }

  /** The column that says when time may turn a comparison's answer. */
  turn(trait: ParsedTrait, context: SqlContext): string | NoTurn {
    const { operand } = trait;
    if (operand?.family === 'anniversary') return 'unknown';
    if (operand?.family !== 'span') return 'never';
    const { ms, isFixed } = lengthOf(operand.duration);
    if (!isFixed || trait.ever || trait.asOf !== null || trait.ref !== null) return 'unknown';
    const key = `turn ${context.zone} ${JSON.stringify(trait)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const column = `t${this.known.size}`;
    this.known.set(key, column);
    const moment = this.valueAt(trait.path, this.now, context).moment(context.zone);
    const [long, at] = [context.params.integer(ms), context.params.integer(context.now)];
    const [from, to] = trait.op === 'withinNext' ? ['moment_ - ' + long, 'moment_'] : ['moment_', 'moment_ + ' + long];
    const next = `multiIf(${from} > ${at}, ${from}, ${to} > ${at}, ${to}, 0)`;
    this.outer.push(`ifNull(arrayMap(moment_ -> ${next}, [${moment}])[1], 0) AS ${column}`);
    return column;
  }

  /** The condition that a profile has values of one instant that are judged differently. */
  get tied(): string {
    return this.rows.tied;
  }

  private column(trait: ParsedTrait, context: SqlContext): string {
    const key = `${context.zone} ${JSON.stringify(trait)}`;
    const known = this.known.get(key) ?? this.judged.get(key);
    if (known !== undefined) return known;
    if (this.untied && !trait.ever && trait.ref === null && trait.asOf === null) {
      const judged = this.rows.add(trait, context);
      this.judged.set(key, judged);
      return judged;
    }
    const column = `t${this.known.size}`;
    this.known.set(key, column);
    const test = trait.ever ? this.ever(trait, context) : this.at(trait, context);
    this.outer.push(`toUInt8(${test}) AS ${column}`);
    return column;
  }

  private at(trait: ParsedTrait, context: SqlContext): string {
    const until = Math.min(this.now, trait.asOf ?? this.now);
    const read = (path: ParsedPath): JsonValue => this.valueAt(path, until, context);
    const other = trait.ref === null ? {} : { other: read(trait.ref) };
    return sqlCondition(trait, { value: read(trait.path), ...other }, context);
  }

  private valueAt(path: ParsedPath, until: number, context: SqlContext): JsonValue {
    const isOf = `trait_key = ${this.key(path, context)} AND since <= ${context.params.instant(until)}`;
    const column = this.gather(`argMaxIf(val, since, ${isOf})`);
    return new JsonValue(column, path.steps.slice(1), context.params);
  }

  private ever(trait: ParsedTrait, context: SqlContext): string {
    const track = (path: ParsedPath): string =>
      this.gather(`arraySort(x -> x.1, groupArrayIf((since, val), trait_key = ${this.key(path, context)}))`);
    const own = track(trait.path);
    if (trait.ref === null) {
      const value = new JsonValue('v.2', trait.path.steps.slice(1), context.params);
      return `arrayExists(v -> ${sqlCondition(trait, { value }, context)}, ${own})`;
    }
    const other = track(trait.ref);
    const at = (list: string, path: ParsedPath): JsonValue =>
      new JsonValue(`arrayLast(x -> x.1 <= v.1, ${list}).2`, path.steps.slice(1), context.params);
    const sides = { value: at(own, trait.path), other: at(other, trait.ref) };
    return `arrayExists(v -> ${sqlCondition(trait, sides, context)}, arrayConcat(${own}, ${other}))`;
  }

  private key(path: ParsedPath, { params }: SqlContext): string {
    const key = String(path.steps[0]);
    this.keys.add(key);
    return params.text(key);
  }

  private gather(expression: string): string {
    const known = this.inner.get(expression);
    if (known !== undefined) return known;
    const column = `v${this.inner.size}`;
    this.inner.set(expression, column);
    return column;
  }

  /** The readings of the traits; none when no trait is asked for. */
  passes(params: SqlParams): readonly Pass[] {
    return [...this.rows.passes(params), ...(this.known.size === 0 ? [] : [this.gathered(params)])];
  }

  /** What compares values of several keys or instants: gathered of a profile first. */
  private gathered(params: SqlParams): Pass {
    const gathered = [...this.inner].map(([expression, column]) => `${expression} AS ${column}`).join(', ');
    const where = `workspace_id = {workspaceId:UUID} AND key IN ${params.bind('Array(String)', [...this.keys].sort())} AND valid_from <= ${params.instant(this.now)}`;
    // Of two values at one instant the greater message id wins, and is the only one that ever held.
    const winners = `SELECT profile_id, key AS trait_key, valid_from AS since, argMax(value, message_id) AS val FROM traits WHERE ${where} GROUP BY profile_id, trait_key, since`;
    const values = `SELECT profile_id, ${gathered} FROM (${winners}) GROUP BY profile_id`;
    const columns = [...this.known.values()].map((name) => flagColumn(name));
    return { columns, sql: `SELECT profile_id, ${this.outer.join(', ')} FROM (${values})` };
  }
}

import type { ParsedTrait } from '../rule/parsed-rule';
import { JsonValue } from './json-value';
import { flagColumn, type Pass } from './pass';
import { sqlCondition, type SqlContext } from './sql-condition';
import type { SqlParams } from './sql-params';

/** An instant as a number above zero that leaves a bit for the judgement. */
const INSTANT = 'toUInt64(toUnixTimestamp64Milli(valid_from) + 4503599627370496) * 2';

/**
 * Comparisons of traits as they are now, value by value: each value is judged where it is read, and of a profile's
 * judgements the one of the latest instant counts. The greatest of 2 · instant + judgement and the greatest of
 * 2 · instant + (1 − judgement) are both odd where values of one instant are judged differently: the column is then 3
 * instead of 1, `tied` says so, and the answer is not to be used.
 */
export class TraitRows {
  private readonly tests = new Map<string, { readonly column: string; readonly test: string }[]>();
  private columns = 0;

  constructor(private readonly now: number) {}

  /** The condition that the comparison holds, false without a value. */
  add(trait: ParsedTrait, context: SqlContext): string {
    const [step, ...steps] = trait.path.steps;
    const key = context.params.text(String(step));
    const test = sqlCondition(trait, { value: new JsonValue('value', steps, context.params) }, context);
    const column = `v${this.columns}`;
    this.columns += 1;
    this.tests.set(key, [...(this.tests.get(key) ?? []), { column, test }]);
    return `(${column} % 2 = 1)`;
  }

  /** The condition that two values of one instant disagree. */
  get tied(): string {
    const ties = [...this.tests.values()].flatMap((tests) => tests.map(({ column }) => `${column} > 1`));
    return ties.length === 0 ? '0' : `(${ties.join(' OR ')})`;
  }

  /** One reading for each trait: it lies together. Who passes no test is nowhere in it, so that few are summed up. */
  passes(params: SqlParams): readonly Pass[] {
    return [...this.tests].map(([key, tests]) => {
      const greatest = tests.flatMap(({ column, test }) => [
        `max(${INSTANT} + (${test})) AS ${column}_yes`,
        `max(${INSTANT} + NOT (${test})) AS ${column}_no`,
      ]);
      const rows = `SELECT profile_id, ${greatest.join(', ')} FROM traits WHERE workspace_id = {workspaceId:UUID} AND key = ${key} AND valid_from <= ${params.instant(this.now)} GROUP BY profile_id`;
      const judged = tests.map(({ column }) => `${column}_yes % 2 * (1 + ${column}_no % 2 * 2) AS ${column}`);
      const isAny = tests.map(({ column }) => `${column} > 0`).join(' OR ');
      return {
        columns: tests.map(({ column }) => flagColumn(column)),
        sql: `SELECT profile_id, ${judged.join(', ')} FROM (${rows}) WHERE ${isAny}`,
      };
    });
  }
}

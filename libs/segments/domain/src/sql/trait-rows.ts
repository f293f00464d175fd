import type { ParsedTrait } from '../rule/parsed-rule';
import { JsonValue } from './json-value';
import type { Pass } from './pass';
import { sqlCondition, type SqlContext } from './sql-condition';
import type { SqlParams } from './sql-params';

/** An instant as a number above zero that leaves a bit for the judgement. */
const INSTANT = 'toUInt64(toUnixTimestamp64Milli(valid_from) + 4503599627370496) * 2';

/**
 * Comparisons of traits as they are now, value by value: each value is judged where it is read, and of a profile's
 * judgements the one of the latest instant counts. The greatest of 2 · instant + judgement and the greatest of
 * 2 · instant + (1 − judgement) are both odd where values of one instant are judged differently: `tied` says so, and the
 * answer is then not to be used.
 */
export class TraitRows {
  private readonly tests: { readonly column: string; readonly key: string; readonly test: string }[] = [];

  constructor(private readonly now: number) {}

  /** The condition that the comparison holds, false without a value. */
  add(trait: ParsedTrait, context: SqlContext): string {
    const [key, ...steps] = trait.path.steps;
    const test = sqlCondition(trait, { value: new JsonValue('value', steps, context.params) }, context);
    const column = `v${this.tests.length}`;
    this.tests.push({ column, key: context.params.text(String(key)), test });
    return `(${column} % 2 = 1)`;
  }

  /** The condition that two values of one instant disagree. */
  get tied(): string {
    const ties = this.tests.map(({ column }) => `(${column} % 2 = 1 AND ${column}_not % 2 = 1)`);
    return ties.length === 0 ? '0' : `(${ties.join(' OR ')})`;
  }

  /** The reading; null when no trait is asked for. */
  pass(params: SqlParams): Pass | null {
    if (this.tests.length === 0) return null;
    const keys = [...new Set(this.tests.map(({ key }) => key))].join(', ');
    const judged = this.tests.map(
      ({ column, key, test }) => `if(key = ${key}, ${INSTANT} + (${test}), 0) AS ${column}`,
    );
    return {
      columns: this.tests.map(({ column }) => ({
        name: column,
        type: 'UInt64',
        totals: [
          [column, `max(${column})`],
          [`${column}_not`, `max(bitXor(${column}, 1))`],
        ],
      })),
      sql: `SELECT profile_id, ${judged.join(', ')} FROM traits WHERE workspace_id = {workspaceId:UUID} AND key IN (${keys}) AND valid_from <= ${params.instant(this.now)}`,
    };
  }
}

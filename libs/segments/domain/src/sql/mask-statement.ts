import { RuleStatement, type CompiledSql } from './compile-to-sql';

/** Bits of a mask: integers, narrow ones first. */
const WIDTHS = [8, 16, 32, 64] as const;
const WIDEST = 64;

const maskType = (bits: number): string => `UInt${WIDTHS.find((width) => bits <= width) ?? WIDEST}`;

/**
 * Many conditions over everybody, for counting: a person's tests are one mask, the people of one mask are counted
 * together, and conditions are worked out for the few masks that there are instead of for each person.
 */
export class MaskStatement extends RuleStatement {
  /** Columns of the tests, by their SQL. */
  private readonly tests = new Map<string, string>();

  protected override leaf(test: string): string {
    const column = this.tests.get(test) ?? `l${this.tests.size}`;
    this.tests.set(test, column);
    return column;
  }

  /**
   * A row for all who are alike in every test: `n` of them, the least `sample` of their ids, whether they are `tied`, and
   * `r0`, `r1`, … (UInt8) for the conditions. Those who are excluded are not among them.
   */
  alike(
    conditions: readonly string[],
    of: { readonly sample: number; readonly excluded: readonly string[] },
  ): CompiledSql {
    const tied = this.options.untied === true ? this.leaf(this.traits.tied) : '0';
    const masks: { readonly name: string; readonly type: string; readonly own: readonly [string, string][] }[] = [];
    for (let at = 0; at === 0 || at < this.tests.size; at += WIDEST) {
      const own = [...this.tests].slice(at, at + WIDEST);
      masks.push({ name: `mask${masks.length}`, type: maskType(own.length), own });
    }
    const present =
      of.excluded.length === 0
        ? ''
        : ` AND NOT has(${this.params.named('excluded', 'Array(UUID)', of.excluded)}, profile_id)`;
    const made = masks.map(({ name, type, own }) => {
      const bits = own.map(([test], bit) => `bitShiftLeft(to${type}((${test}) != 0), ${bit})`);
      return `to${type}(${bits.join(' + ') || '0'}) AS ${name}`;
    });
    const names = masks.map(({ name }) => name).join(', ');
    const people = `SELECT profile_id, ${made.join(', ')} FROM (${this.everybody()}) WHERE is_here > 0${present}`;
    const alike = `SELECT ${names}, count() AS n, groupArraySorted(${of.sample})(profile_id) AS ids FROM (${people}) GROUP BY ${names}`;
    const told = masks.flatMap(({ name, own }) =>
      own.map(([, column], bit) => `bitTest(${name}, ${bit}) AS ${column}`),
    );
    const answers = conditions.map((condition, i) => `toUInt8(${condition}) AS r${i}`);
    return {
      sql: `SELECT n, ids, toUInt8(${tied}) AS tied, ${answers.join(', ')} FROM (SELECT ${['n', 'ids', ...told].join(', ')} FROM (${alike}))`,
      params: this.params.all(),
    };
  }
}

/**
 * Columns that are computed of others, each one level above those that it names. The engine puts what a name stands for in
 * the place of every name of the same SELECT, so that columns which name each other grow with every step: a hundred rules
 * took seconds to plan.
 */
export class ColumnLevels {
  private readonly levels: string[][] = [];
  private readonly levelOf = new Map<string, number>();

  /** A column; `sql` may name columns that were added before, and whatever `over` is given to read from. */
  add(name: string, sql: string): void {
    const named = [...(sql.match(/\b[a-z]\w*\b/g) ?? [])].map((word) => this.levelOf.get(word) ?? -1);
    const level = named.reduce((most, one) => Math.max(most, one), -1) + 1;
    this.levelOf.set(name, level);
    this.levels[level] = [...(this.levels[level] ?? []), `${sql} AS ${name}`];
  }

  /** A statement with all columns of a statement and these. */
  over(from: string): string {
    return this.levels.reduce((inner, columns) => `SELECT *, ${columns.join(', ')} FROM (${inner})`, from);
  }
}

import type { ColumnParameter, ColumnParameters } from '@kohort/kernel-contracts';

/** Values on the way into a statement: text of others never becomes part of it. */
export class StatementParameters {
  private readonly bound: Record<string, ColumnParameter> = {};

  /** A value under a name of its own: `{t0:String}`. */
  bind(type: string, value: ColumnParameter): string {
    const name = `t${Object.keys(this.bound).length}`;
    this.bound[name] = value;
    return `{${name}:${type}}`;
  }

  text(value: string): string {
    return this.bind('String', value);
  }

  texts(values: readonly string[]): string {
    return this.bind('Array(String)', values);
  }

  number(value: number): string {
    return this.bind('Float64', value);
  }

  integer(value: number): string {
    return this.bind('Int64', value);
  }

  get values(): ColumnParameters {
    return this.bound;
  }
}

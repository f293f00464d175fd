/** A value of a typed parameter. */
export type SqlValue = string | number | readonly string[] | readonly number[];

/** Collects the parameters of one statement: nothing that a rule says is ever part of its text. */
export class SqlParams {
  private readonly values = new Map<string, SqlValue>();
  private readonly names = new Map<string, string>();

  /** A fixed name, for parameters that callers know. */
  named(name: string, type: string, value: SqlValue): string {
    this.values.set(name, value);
    return `{${name}:${type}}`;
  }

  /** A parameter of its own; equal ones of one type are the same. */
  bind(type: string, value: SqlValue): string {
    const key = `${type} ${JSON.stringify(value)}`;
    const name = this.names.get(key) ?? `p${this.names.size}`;
    this.names.set(key, name);
    this.values.set(name, value);
    return `{${name}:${type}}`;
  }

  text(value: string): string {
    return this.bind('String', value);
  }

  float(value: number): string {
    return this.bind('Float64', value);
  }

  integer(value: number): string {
    return this.bind('Int64', value);
  }

  /** An instant as a DateTime64; outside of what those hold, the nearest. */
  instant(ms: number): string {
    const [first, last] = [-2_208_988_800_000, 10_413_791_999_999];
    return `fromUnixTimestamp64Milli(${this.integer(Math.max(first, Math.min(last, ms)))}, 'UTC')`;
  }

  all(): Readonly<Record<string, SqlValue>> {
    return Object.fromEntries(this.values);
  }
}

import type { PathStep } from '../rule/property-path';
import { DATE_PATTERN, INSTANT_PATTERN } from '../time/instant';
import type { SqlParams } from './sql-params';

/** What reads a value out of JSON text, as the texts below say it; nothing that a rule says stands in a condition's text. */
const READING = /JSON[A-Za-z]+\(\w+(?:, \{\w+:\w+\})+\)/g;

/** The expressions of a condition that read values out of JSON text, each once. */
export function readingsOf(condition: string): ReadonlySet<string> {
  return new Set(condition.match(READING) ?? []);
}

/**
 * A value inside a column (or lambda variable) of JSON text, as SQL expressions by type. A missing path, JSON null and
 * text that is no JSON all have the type 'Null'.
 */
export class JsonValue {
  readonly type: string;
  private readonly args: string;
  private readonly whole: string | null;

  constructor(
    column: string,
    steps: readonly PathStep[],
    private readonly params: SqlParams,
  ) {
    // Array positions count from 1; the engine would take a number as a field's position in an object, hence the guards.
    const parts = steps.map((step) => (typeof step === 'number' ? params.integer(step + 1) : params.text(step)));
    this.args = [column, ...parts].join(', ');
    const guards = steps.flatMap((step, i) =>
      typeof step === 'number' ? [`JSONType(${[column, ...parts.slice(0, i)].join(', ')}) = 'Array'`] : [],
    );
    const type = `toString(JSONType(${this.args}))`;
    this.type = guards.length === 0 ? type : `if(${guards.join(' AND ')}, ${type}, 'Null')`;
    this.whole = steps.length === 0 ? column : null;
  }

  // A value that is the whole text shows its type by its first character: no parser is asked.

  get exists(): string {
    return this.whole === null ? `${this.type} != 'Null'` : `(${this.whole} != '' AND ${this.whole} != 'null')`;
  }

  get isText(): string {
    return this.whole === null ? `${this.type} = 'String'` : `startsWith(${this.whole}, '"')`;
  }

  get isNumber(): string {
    return this.whole === null
      ? `${this.type} IN ('Int64', 'UInt64', 'Double')`
      : `(${this.whole} >= '-' AND ${this.whole} < ':')`;
  }

  get isFlag(): string {
    return this.whole === null ? `${this.type} = 'Bool'` : `${this.whole} IN ('true', 'false')`;
  }

  get isList(): string {
    return this.whole === null ? `${this.type} = 'Array'` : `startsWith(${this.whole}, '[')`;
  }

  get text(): string {
    const parsed = `JSONExtractString(${this.args})`;
    if (this.whole === null) return parsed;
    const bare = `if(startsWith(${this.whole}, '"'), substring(${this.whole}, 2, length(${this.whole}) - 2), '')`;
    return `if(position(${this.whole}, '\\\\') > 0, ${parsed}, ${bare})`;
  }

  /** JSON text of whatever stands there. */
  get raw(): string {
    return `JSONExtractRaw(${this.args})`;
  }

  /** A text that two values share exactly when they are the same JSON; '' when there is none. */
  get identity(): string {
    // Zero added: −0 and 0 are one number.
    const scalar = `multiIf(${this.isNumber}, toString(${this.number} + 0), ${this.isText}, ${this.text}, ${this.raw})`;
    return `if(${this.exists}, concat(if(${this.isNumber}, 'n', ${this.type}), ':', ${scalar}), '')`;
  }

  get number(): string {
    return `JSONExtractFloat(${this.args})`;
  }

  get flag(): string {
    return `JSONExtractBool(${this.args})`;
  }

  /** The elements of a list, each as JSON text. */
  get elements(): string {
    return `JSONExtractArrayRaw(${this.args})`;
  }

  get length(): string {
    return `JSONLength(${this.args})`;
  }

  /** A field of this object. */
  field(name: string): JsonValue {
    return new JsonValue(`JSONExtractRaw(${this.args})`, [name], this.params);
  }

  /** The value read as a time: Nullable(Int64) of epoch milliseconds, null when it is none. */
  moment(zone: string): string {
    const inYears = `match(${this.text}, '^(19|20|21|22)')`;
    const instant = `${inYears} AND match(${this.text}, ${this.params.text(INSTANT_PATTERN)})`;
    const parsed = `parseDateTime64BestEffortOrNull(replaceOne(${this.text}, ',', '.'), 3, 'UTC')`;
    const date = `toDate32OrNull(${this.text})`;
    const isDate = `${inYears} AND match(${this.text}, ${this.params.text(DATE_PATTERN)}) AND toString(${date}) = ${this.text}`;
    const start = `toDateTime64(${date}, 3, ${this.params.text(zone)})`;
    return `multiIf(NOT (${this.isText}), NULL, ${instant}, toUnixTimestamp64Milli(${parsed}), ${isDate}, toUnixTimestamp64Milli(${start}), NULL)`;
  }
}

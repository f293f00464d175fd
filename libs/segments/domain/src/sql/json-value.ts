import type { PathStep } from '../rule/property-path';
import { DATE_PATTERN, INSTANT_PATTERN } from '../time/instant';
import type { SqlParams } from './sql-params';

/**
 * A value inside a column (or lambda variable) of JSON text, as SQL expressions by type. A missing path, JSON null and
 * text that is no JSON all have the type 'Null'.
 */
export class JsonValue {
  readonly type: string;
  private readonly args: string;

  constructor(
    column: string,
    steps: readonly PathStep[],
    private readonly params: SqlParams,
  ) {
    // Array positions count from 1; the engine would take a number as a field's position in an object, hence the guards.
    const parts = steps.map((step) => (typeof step === 'number' ? params.integer(step + 1) : params.text(step)));
    this.args = [column, ...parts].join(', ');
    const guards = steps.flatMap((step, i) => {
      const kind = typeof step === 'number' ? 'Array' : 'Object';
      return [`JSONType(${[column, ...parts.slice(0, i)].join(', ')}) = '${kind}'`];
    });
    const type = `JSONType(${this.args})`;
    this.type = guards.length === 0 ? `toString(${type})` : `if(${guards.join(' AND ')}, toString(${type}), 'Null')`;
  }

  get exists(): string {
    return `${this.type} != 'Null'`;
  }

  get isText(): string {
    return `${this.type} = 'String'`;
  }

  get isNumber(): string {
    return `${this.type} IN ('Int64', 'UInt64', 'Double')`;
  }

  get isFlag(): string {
    return `${this.type} = 'Bool'`;
  }

  get isList(): string {
    return `${this.type} = 'Array'`;
  }

  get text(): string {
    return `JSONExtractString(${this.args})`;
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

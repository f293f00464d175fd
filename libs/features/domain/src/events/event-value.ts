import type { Json, JsonObject } from '@kohort/kernel-contracts';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of keys between dots; a missing one, and null, is undefined. Inherited ones are never seen. */
export function valueAt(root: Json | undefined, path: string): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path.split('.')) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value === null ? undefined : value;
}

/** A JSON number; null for anything else. There is one zero. */
export const numberIn = (value: Json | undefined): number | null => (typeof value === 'number' ? value + 0 : null);

/** What values are told apart by: text as it is, a number or a flag by its text. Null for '' and for what is no scalar. */
export function keyIn(value: Json | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? String(value + 0).replace('e+', 'e') : null;
}

/** A column, or variable of a lambda, that holds the JSON text of one value ('' for none), as SQL by type. */
export class RawValue {
  constructor(readonly raw: string) {}

  get exists(): string {
    return `(${this.raw} != '' AND ${this.raw} != 'null')`;
  }

  get isNumber(): string {
    return `(${this.raw} >= '-' AND ${this.raw} < ':')`;
  }

  get isText(): string {
    return `startsWith(${this.raw}, '"')`;
  }

  get isFlag(): string {
    return `${this.raw} IN ('true', 'false')`;
  }

  /** Zero added: −0 and 0 are one number. */
  get number(): string {
    return `(JSONExtractFloat(${this.raw}) + 0)`;
  }

  get text(): string {
    return `JSONExtractString(${this.raw})`;
  }

  get key(): string {
    return `multiIf(${this.isText}, ${this.text}, ${this.isNumber}, toString(${this.number}), ${this.isFlag}, ${this.raw}, '')`;
  }
}

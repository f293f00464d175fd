import { isPlainObject } from './plain-object';
import { formatTests, FORMATS, type Format } from './formats';
import { FORBIDDEN_KEYS, PLAN_LIMITS, type JsonType, type SchemaNode } from './plan.schema';

/** Distinct texts that are remembered of one place; more make it no list of choices. */
const CHOICES = 20;
const CHOICE_CHARS = 64;
/** A choice must have been seen so often, and the place so often, to be one. */
const CHOICE_SEEN = 3;
const CHOICE_EXAMPLES = 50;
const FORMAT_EXAMPLES = 20;
const RANGE_EXAMPLES = 100;
/** Share of steps in one direction from which on numbers are a sequence (ids, times): those have no range. */
const SEQUENCE_SHARE = 0.9;
const ARRAY_ITEMS = 100;

/** What was seen at one place of the examples, enough to write the schema that all of them meet. */
export class SchemaStats {
  count = 0;
  private readonly types = new Map<JsonType, number>();
  private readonly texts = new TextStats();
  private readonly numbers = new NumberStats();
  private readonly properties = new Map<string, SchemaStats>();
  /** Keys were too many or not to be named: the object is a map, and stays open. */
  private open = false;
  /** Something was not looked at: nothing is promised of this place. */
  private loose = false;
  private items: SchemaStats | null = null;

  constructor(private readonly depth = 0) {}

  /** Takes one value in. */
  add(value: unknown): void {
    this.count += 1;
    if (this.loose) return;
    if (value === null || value === undefined) return this.saw('null');
    if (typeof value === 'boolean') return this.saw('boolean');
    if (typeof value === 'string') {
      this.texts.add(value);
      return this.saw('string');
    }
    if (typeof value === 'number') {
      this.numbers.add(value);
      return this.saw(Number.isInteger(value) ? 'integer' : 'number');
    }
    if (Array.isArray(value)) {
      this.addItems(value);
      return this.saw('array');
    }
    if (isPlainObject(value)) this.addMembers(value);
    this.saw('object');
  }

  /** The schema of this place. A type, a property's presence or a choice below `tolerance` (a share) is left out. */
  schema(tolerance: number): SchemaNode {
    if (this.loose || this.depth >= PLAN_LIMITS.nesting) return {};
    const least = tolerance * this.count;
    const types = this.typesAbove(least);
    const only = (...wanted: JsonType[]): boolean => types.every((type) => wanted.includes(type));
    const has = (type: JsonType): boolean => types.includes(type);
    return {
      type: types.length === 1 && types[0] ? types[0] : types,
      ...(has('string') ? this.texts.keywords({ alone: only('string', 'null'), orNull: has('null') }) : {}),
      ...(has('number') || has('integer') ? this.numbers.keywords() : {}),
      ...(has('array') && this.items ? { items: this.items.schema(tolerance) } : {}),
      ...(has('object') ? this.objectKeywords(tolerance) : {}),
    };
  }

  /** How often each top-level property was there, and as what. */
  members(): [name: string, seen: { readonly count: number; readonly types: Readonly<Record<string, number>> }][] {
    return this.named().map(([name, stats]) => [
      name,
      { count: stats.count, types: Object.fromEntries([...stats.types].sort()) },
    ]);
  }

  private saw(type: JsonType): void {
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
  }

  private typesAbove(least: number): JsonType[] {
    const kept = [...this.types].filter(([, count]) => count > least).map(([type]) => type);
    const named = kept.length > 0 ? kept : [...this.types.keys()];
    return (named.includes('number') ? named.filter((type) => type !== 'integer') : named).sort();
  }

  private addItems(values: readonly unknown[]): void {
    if (this.depth + 1 >= PLAN_LIMITS.nesting) return;
    for (const value of values.slice(0, ARRAY_ITEMS)) {
      this.items ??= new SchemaStats(this.depth + 1);
      this.items.add(value);
    }
    // What was not looked at cannot be promised.
    if (values.length > ARRAY_ITEMS && this.items) this.items.loose = true;
  }

  private addMembers(value: Readonly<Record<string, unknown>>): void {
    if (this.depth + 1 >= PLAN_LIMITS.nesting) {
      this.open = true;
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      let stats = this.properties.get(name);
      if (!stats) {
        const nameable = name.length > 0 && name.length <= 255 && !FORBIDDEN_KEYS.has(name);
        if (!nameable || this.properties.size >= PLAN_LIMITS.properties) {
          this.open = true;
          continue;
        }
        stats = new SchemaStats(this.depth + 1);
        this.properties.set(name, stats);
      }
      stats.add(inner);
    }
  }

  private named(): [string, SchemaStats][] {
    return [...this.properties].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private objectKeywords(tolerance: number): SchemaNode {
    if (this.open) return { additionalProperties: true };
    const objects = this.types.get('object') ?? 0;
    const members = this.named().filter(([, stats]) => stats.count > tolerance * objects);
    const required = members
      .filter(([, stats]) => stats.count >= (1 - tolerance) * objects)
      .map(([name]) => name)
      .slice(0, PLAN_LIMITS.properties);
    return {
      properties: Object.fromEntries(members.map(([name, stats]) => [name, stats.schema(tolerance)])),
      ...(required.length > 0 ? { required } : {}),
    };
  }
}

class TextStats {
  private count = 0;
  private readonly formats = new Set<Format>(FORMATS);
  private readonly choices = new Map<string, number>();
  private noChoice = false;

  add(text: string): void {
    this.count += 1;
    for (const format of this.formats) if (!formatTests[format](text)) this.formats.delete(format);
    // A long text is no choice, and then the place is no list of choices.
    if (this.noChoice || text.length > CHOICE_CHARS) {
      this.noChoice = true;
      return;
    }
    this.choices.set(text, (this.choices.get(text) ?? 0) + 1);
    this.noChoice = this.choices.size > CHOICES;
  }

  keywords({ alone, orNull }: { readonly alone: boolean; readonly orNull: boolean }): SchemaNode {
    const [format] = this.formats;
    if (format !== undefined && this.count >= FORMAT_EXAMPLES) return { format };
    const isChoice =
      alone &&
      !this.noChoice &&
      this.count >= CHOICE_EXAMPLES &&
      [...this.choices.values()].every((seen) => seen >= CHOICE_SEEN);
    return isChoice ? { enum: [...[...this.choices.keys()].sort(), ...(orNull ? [null] : [])] } : {};
  }
}

class NumberStats {
  private count = 0;
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  private last: number | null = null;
  private rises = 0;
  private falls = 0;

  add(value: number): void {
    this.count += 1;
    if (this.last !== null && value > this.last) this.rises += 1;
    if (this.last !== null && value < this.last) this.falls += 1;
    this.last = value;
    this.low = Math.min(this.low, value);
    this.high = Math.max(this.high, value);
  }

  /** The range that was seen, widened by its own width on both sides, but not below zero when nothing was. */
  keywords(): SchemaNode {
    if (this.count < RANGE_EXAMPLES) return {};
    const steps = this.rises + this.falls;
    if (steps === 0 || Math.max(this.rises, this.falls) / steps >= SEQUENCE_SHARE)
      return this.low >= 0 ? { minimum: 0 } : {};
    const width = this.high - this.low;
    const [minimum, maximum] = [this.low - width, this.high + width];
    if (!Number.isFinite(minimum) || !Number.isFinite(maximum)) return this.low >= 0 ? { minimum: 0 } : {};
    return { minimum: this.low >= 0 ? Math.max(0, minimum) : minimum, maximum };
  }
}

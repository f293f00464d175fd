import type { FeatureFrame } from '../feature-frame';
import type { StatementParameters } from '../statement-parameters';
import type { Aggregate, SampleShape } from './aggregate';
import { decimalSql, sumSql } from './aggregates-of-numbers';
import { aggregateOf } from './evaluate-event-formula';
import { conditionSql } from './event-condition';
import type { EventFormula } from './event-formula';
import { RawValue } from './event-value';
import type { LocalClockSql } from './local-clock';

/** A list of expressions without repeats, each under a name. */
class NamedColumns {
  private readonly columns: string[] = [];

  constructor(private readonly prefix: string) {}

  add(expression: string): string {
    const at = this.columns.indexOf(expression);
    return `${this.prefix}${at < 0 ? this.columns.push(expression) - 1 : at}`;
  }

  get names(): string {
    return this.columns.map((_, i) => `, ${this.prefix}${i}`).join('');
  }

  get list(): string {
    return this.columns.map((expression, i) => `, ${expression} AS ${this.prefix}${i}`).join('');
  }
}

const EVENT_ID = 'toString(event_id)';

/** The sample of one event: what is gathered, and under which condition besides that the event is selected. */
function sampleOf(
  shape: SampleShape,
  clock: LocalClockSql,
  { of, weight }: { readonly of: RawValue; readonly weight: RawValue | null },
): { row: string; counts: string } {
  const hasKey = `${of.key} != ''`;
  switch (shape) {
    case 'time':
      return { row: 'ms', counts: '1' };
    case 'hour':
      return { row: clock.hour('ms'), counts: '1' };
    case 'weekday':
      return { row: clock.weekday('ms'), counts: '1' };
    case 'number':
      return { row: of.number, counts: of.isNumber };
    case 'moving':
      return { row: `(ms, ${of.number})`, counts: of.isNumber };
    case 'dated number':
      return { row: `(ms, ${EVENT_ID}, toUInt32(0), ${of.number})`, counts: of.isNumber };
    case 'key':
      return { row: of.key, counts: hasKey };
    case 'dated key':
      return { row: `(ms, ${EVENT_ID}, toUInt32(0), ${of.key})`, counts: hasKey };
    case 'weighted key':
      return weight === null
        ? { row: `(${of.key}, 1.)`, counts: hasKey }
        : { row: `(${of.key}, ${weight.number})`, counts: `${hasKey} AND ${weight.isNumber} AND ${weight.number} > 0` };
  }
}

/** The samples of one event's list, as an array. `of` and `weight` are arrays of JSON texts. */
function samplesOf(
  shape: SampleShape,
  clock: LocalClockSql,
  { of, weight }: { readonly of: string; readonly weight: string | null },
): string {
  const one = new RawValue('x_');
  const numbers = `arrayFilter(x_ -> ${one.isNumber}, ${of})`;
  const placed = `arrayMap((x_, i_) -> (ms, ${EVENT_ID}, toUInt32(i_), x_), ${of}, arrayEnumerate(${of}))`;
  const fourth = new RawValue('r_.4');
  switch (shape) {
    case 'time':
      return `arrayWithConstant(length(${of}), ms)`;
    case 'hour':
      return `arrayWithConstant(length(${of}), ${clock.hour('ms')})`;
    case 'weekday':
      return `arrayWithConstant(length(${of}), ${clock.weekday('ms')})`;
    case 'number':
      return `arrayMap(x_ -> ${one.number}, ${numbers})`;
    case 'moving':
      return `arrayMap(x_ -> (ms, ${one.number}), ${numbers})`;
    case 'dated number':
      return `arrayMap(r_ -> (r_.1, r_.2, r_.3, ${fourth.number}), arrayFilter(r_ -> ${fourth.isNumber}, ${placed}))`;
    case 'key':
      return `arrayFilter(k_ -> k_ != '', arrayMap(x_ -> ${one.key}, ${of}))`;
    case 'dated key':
      return `arrayFilter(r_ -> r_.4 != '', arrayMap(r_ -> (r_.1, r_.2, r_.3, ${fourth.key}), ${placed}))`;
    case 'weighted key': {
      const other = new RawValue('w_');
      if (weight === null) return `arrayFilter(r_ -> r_.1 != '', arrayMap(x_ -> (${one.key}, 1.), ${of}))`;
      const pairs = `arrayMap((x_, w_) -> (${one.key}, if(${other.isNumber}, ${other.number}, 0.)), ${of}, ${weight})`;
      return `arrayFilter(r_ -> r_.1 != '' AND r_.2 > 0, ${pairs})`;
    }
  }
}

/** Shapes whose samples come in any order. */
const UNSORTED: readonly SampleShape[] = ['key', 'weighted key', 'hour', 'weekday'];
/** Shapes that read no property. */
const OF_TIME: readonly SampleShape[] = ['time', 'hour', 'weekday'];

interface ColumnsContext {
  readonly frame: FeatureFrame;
  readonly clock: LocalClockSql;
  readonly parameters: StatementParameters;
}

/**
 * What event formulas need on the levels of a statement: JSON texts read from each event (`read`), figures of some of a
 * person's events (`some`), the same of all (`all`). Levels carry a formula's column under one name. On `some` there are
 * `ms` and `event_id`.
 */
export class EventColumns {
  private readonly reads = new NamedColumns('p');
  private readonly someOf = new NamedColumns('c');
  private readonly allOf = new NamedColumns('r');

  constructor(private readonly context: ColumnsContext) {}

  get read(): string {
    return this.reads.list;
  }

  get readNames(): string {
    return this.reads.names;
  }

  get some(): string {
    return this.someOf.list;
  }

  get all(): string {
    return this.allOf.list;
  }

  /** A figure of `some` put together for all: the name of the column. */
  gather(some: string, together: (column: string) => string): string {
    return this.allOf.add(together(this.someOf.add(some)));
  }

  /** The formula's value over the columns of `all`: Float64, NaN where it is missing; a text as Nullable(String). */
  add(formula: EventFormula): string {
    const aggregate = aggregateOf(formula);
    const selected = this.selected(formula);
    const simple = formula.each === undefined ? this.simple(formula, selected) : null;
    if (simple !== null) return simple;
    const rows = this.rows(formula, aggregate, selected);
    const { frame, clock, parameters } = this.context;
    return aggregate.sql(rows, { formula, asOf: frame.asOf, clock, parameters });
  }

  /** What needs no array: the engine adds up as it reads. */
  private simple(formula: EventFormula, selected: string): string | null {
    const total = (some: string): string => this.gather(some, (column) => `sum(${column})`);
    const count = (): string => total(`countIf(${selected})`);
    if (formula.aggregate === 'count') return `toFloat64(${count()})`;
    if (formula.aggregate === 'did') return `toFloat64(${count()} > 0)`;
    const value = (): RawValue => this.value(formula, formula.of ?? '');
    const numeric = (): string => `${selected} AND ${value().isNumber}`;
    const sum = (): string => sumSql(total(`sumIf(${decimalSql(value().number)}, ${numeric()})`));
    switch (formula.aggregate) {
      case 'sum':
        return sum();
      case 'mean': {
        const n = total(`countIf(${numeric()})`);
        return `if(${n} = 0, nan, ${sum()} / ${n})`;
      }
      case 'min':
      case 'max': {
        const { aggregate: which } = formula;
        const some = `${which}OrNullIf(${value().number}, ${numeric()})`;
        return `ifNull(${this.gather(some, (column) => `${which}(${column})`)}, nan)`;
      }
      default:
        return null;
    }
  }

  private rows(formula: EventFormula, { shape }: Aggregate, selected: string): string {
    const { each, of, weight } = formula;
    const sorted = (list: string): string => (UNSORTED.includes(shape) ? list : `arraySort(${list})`);
    const together = (column: string): string => sorted(`groupArrayArray(${column})`);
    if (each !== undefined) {
      const weights = weight === undefined ? null : this.entries(formula, each, weight);
      const samples = samplesOf(shape, this.context.clock, {
        of: this.entries(formula, each, OF_TIME.includes(shape) ? undefined : of),
        weight: weights,
      });
      return this.gather(`groupArrayArrayIf(${samples}, ${selected})`, together);
    }
    const weights = weight === undefined ? null : this.value(formula, weight);
    const { row, counts } = sampleOf(shape, this.context.clock, {
      of: this.value(formula, OF_TIME.includes(shape) ? undefined : of),
      weight: weights,
    });
    return this.gather(`groupArrayIf(${row}, ${selected} AND ${counts})`, together);
  }

  /** The condition that an event is selected, over the columns of `some`. */
  private selected(formula: EventFormula): string {
    const { from, to } = this.context.frame.bounds(formula.window);
    const conditions = (formula.where ?? []).map((condition) =>
      conditionSql(condition, this.value(formula, condition.path), this.context.parameters),
    );
    const tests = [
      this.named(formula),
      ...(from === null ? [] : [`ms >= ${from}`]),
      ...(to === null ? [] : [`ms < ${to}`]),
      ...conditions,
    ];
    return `(${tests.join(' AND ')})`;
  }

  private readonly namesBound = new Map<string, string>();

  private named({ event }: EventFormula): string {
    if (event === undefined) return '1';
    const names = typeof event === 'string' ? [event] : event;
    const key = JSON.stringify(names);
    const bound = this.namesBound.get(key) ?? this.context.parameters.texts(names);
    this.namesBound.set(key, bound);
    return `has(${bound}, name)`;
  }

  private readonly pathsBound = new Map<string, string>();

  /** The steps of a path as arguments. */
  private steps(path: string): string {
    const bound =
      this.pathsBound.get(path) ??
      path
        .split('.')
        .map((key) => this.context.parameters.text(key))
        .join(', ');
    this.pathsBound.set(path, bound);
    return bound;
  }

  /** A property, read from the selected events alone. */
  private value(formula: EventFormula, path: string | undefined): RawValue {
    if (path === undefined) return new RawValue("''");
    return new RawValue(
      this.reads.add(`if(${this.named(formula)}, JSONExtractRaw(properties, ${this.steps(path)}), '')`),
    );
  }

  /** A list, or a property of each of its entries. */
  private entries(formula: EventFormula, each: string, path: string | undefined): string {
    const list = `JSONExtractArrayRaw(properties, ${this.steps(each)})`;
    const values = path === undefined ? list : `arrayMap(e_ -> JSONExtractRaw(e_, ${this.steps(path)}), ${list})`;
    return this.reads.add(`if(${this.named(formula)}, ${values}, [])`);
  }
}

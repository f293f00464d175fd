import { ingestErrors } from '../ingest-errors';
import { LIMITS } from '../limits';
import { cellReader, type CellReader, type FieldValue } from './cell-reader';
import { missingColumns } from './choose-mapping';
import { Exact, isExact } from './exact';
import type { FieldLayout } from './group-value';
import type { TableMapping } from './mapping-schema';
import { rowTest } from './row-condition';

/** Why a row is no part of any message: a cell that cannot be read, a cleaning rule, or nobody to count it for. */
export interface RowFault {
  readonly code: string;
  readonly column: string;
}

export type RowResult =
  | { readonly ok: true; readonly values: readonly FieldValue[]; readonly flags: readonly string[] }
  | { readonly ok: false; readonly fault: RowFault };

const NO_FLAGS: readonly string[] = [];

interface RequiredId {
  readonly index: number;
  readonly column: string;
}

function idFault(values: readonly FieldValue[], ids: readonly RequiredId[]): RowFault | null {
  let some = false;
  for (const { index, column } of ids) {
    const value = values[index] ?? null;
    if (value === null) continue;
    some = true;
    if (String(value).length > LIMITS.idChars) return { code: 'id_too_long', column };
  }
  return some ? null : { code: 'no_user_anon_id', column: ids[0]?.column ?? '' };
}

function productOf(values: readonly FieldValue[], factors: readonly number[]): FieldValue {
  let product: Exact | number = 1;
  for (const [i, index] of factors.entries()) {
    const value = values[index] ?? null;
    if (!isExact(value) && typeof value !== 'number') return null;
    // From the right: a whole number times a decimal needs no decimal of its own.
    if (i === 0) product = value;
    else product = isExact(value) ? value.times(product) : new Exact(product).times(value);
  }
  return isExact(product) ? product : new Exact(product);
}

interface Column {
  readonly name: string;
  /** Place among the row's cells, and among its values. */
  readonly from: number;
  readonly to: number;
  readonly read: CellReader;
}

interface RowDraft {
  readonly cells: readonly string[];
  readonly values: FieldValue[];
  flags: readonly string[];
}

/** One step of reading a row; a fault ends it. */
type Step = (row: RowDraft) => RowFault | null;

function readCell(column: Column, row: RowDraft): RowFault | null {
  const result = column.read(row.cells[column.from] ?? '');
  if (result === null || typeof result !== 'object' || isExact(result)) {
    row.values[column.to] = result;
    return null;
  }
  if ('fault' in result) return { code: result.fault, column: column.name };
  row.values[column.to] = result.value;
  row.flags = [...row.flags, result.flag];
  return null;
}

/**
 * A mapping bound to a header: reads cells as typed fields, applies the cleaning rules in their order, adds derived
 * values. Decides on rows alone; grouping comes after.
 *
 * Throws  INGEST_COLUMNS_MISSING
 */
export class RowReader implements FieldLayout {
  private readonly places = new Map<string, number>();
  private readonly read: (cells: readonly string[]) => RowResult;

  constructor(
    private readonly mapping: TableMapping,
    private readonly header: readonly string[],
  ) {
    const missing = missingColumns(mapping, header);
    if (missing.length > 0) throw ingestErrors.INGEST_COLUMNS_MISSING({ mapping: mapping.name, missing: [...missing] });
    for (const field of [...Object.keys(mapping.fields), ...Object.keys(mapping.derive)]) {
      this.places.set(field, this.places.size);
    }
    this.read = this.compile(header);
  }

  /** Place of a column among a row's cells; −1 when there is none. */
  columnOf(name: string): number {
    return this.header.indexOf(name);
  }

  indexOf(field: string): number {
    return this.places.get(field) ?? -1;
  }

  typeOf(field: string): 'text' | 'integer' | 'decimal' | 'boolean' | 'timestamp' {
    return this.mapping.fields[field]?.type ?? 'decimal';
  }

  row(cells: readonly string[]): RowResult {
    return this.read(cells);
  }

  private compile(header: readonly string[]): (cells: readonly string[]) => RowResult {
    const { mapping } = this;
    const rules = { zone: mapping.timeZone, ...mapping.localTime };
    const { timestamp, userId, anonymousId } = mapping.message;
    const columns = new Map<string, Column>();
    for (const [field, spec] of Object.entries(mapping.fields)) {
      const read = cellReader({ ...spec, required: spec.required || field === timestamp?.field }, rules);
      columns.set(field, { name: spec.column, from: header.indexOf(spec.column), to: this.indexOf(field), read });
    }
    const steps = this.steps(columns);
    const ids = [userId, anonymousId].flatMap((reference) =>
      reference
        ? [{ index: this.indexOf(reference.field), column: mapping.fields[reference.field]?.column ?? '' }]
        : [],
    );
    return (cells) => {
      const row: RowDraft = { cells, values: new Array<FieldValue>(this.places.size).fill(null), flags: NO_FLAGS };
      for (const step of steps) {
        const fault = step(row);
        if (fault) return { ok: false, fault };
      }
      const fault = idFault(row.values, ids);
      return fault ? { ok: false, fault } : { ok: true, values: row.values, flags: row.flags };
    };
  }

  /**
   * Each cleaning rule comes as soon as its field has been read, in the rules' order; what no rule asks for is read last,
   * so that a dropped row costs little.
   */
  private steps(columns: Map<string, Column>): readonly Step[] {
    const { mapping } = this;
    const steps: Step[] = [];
    const done = new Set<string>();
    const provide = (field: string): void => {
      if (done.has(field)) return;
      done.add(field);
      const column = columns.get(field);
      if (column) {
        steps.push((row) => readCell(column, row));
        return;
      }
      const factors = mapping.derive[field]?.product ?? [];
      factors.forEach(provide);
      const [to, from] = [this.indexOf(field), factors.map((factor) => this.indexOf(factor))];
      steps.push((row) => {
        row.values[to] = productOf(row.values, from);
        return null;
      });
    };
    for (const { reason, when } of mapping.clean) {
      provide(when.field);
      const applies = rowTest(when, this.indexOf(when.field));
      const fault = { code: reason, column: mapping.fields[when.field]?.column ?? when.field };
      steps.push((row) => (applies(row.values) ? fault : null));
    }
    this.places.forEach((_place, field) => provide(field));
    return steps;
  }
}

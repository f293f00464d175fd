import type { EncodedField, EncodedTable } from '../encode/table-encoder';
import { LEVEL, LEVELS } from '../field-types';
import { valueComparison, type ValueComparison } from './field-level';

const { imul } = Math;

/** Slots of the memory of compared values, a power of two; small enough for a processor's second cache. */
const SLOTS = 1 << 15;

class RememberedComparison {
  private readonly firsts = new Int32Array(SLOTS).fill(-1);
  private readonly seconds = new Int32Array(SLOTS);
  private readonly levels = new Uint8Array(SLOTS);

  constructor(private readonly compare: ValueComparison) {}

  level(a: number, b: number): number {
    if (a === b) return LEVEL.exact;
    const low = a < b ? a : b;
    const high = a < b ? b : a;
    const slot = (imul(low, 0x9e3779b1) ^ imul(high, 0x85ebca6b)) >>> 17;
    if (this.firsts[slot] === low && this.seconds[slot] === high) return this.levels[slot] as number;
    const level = this.compare(low, high);
    this.firsts[slot] = low;
    this.seconds[slot] = high;
    this.levels[slot] = level;
    return level;
  }
}

/** The field with which a field may have been exchanged, -1 without one. The one of two neighbours points at the other. */
function partners(fields: readonly EncodedField[]): Int32Array {
  const partner = new Int32Array(fields.length).fill(-1);
  fields.forEach((field, f) => {
    if (partner[f] !== -1) return;
    const other = fields.findIndex(
      (candidate, g) => g > f && candidate.vocabulary === field.vocabulary && partner[g] === -1,
    );
    if (other < 0) return;
    partner[f] = other;
    partner[other] = f;
  });
  return partner;
}

/**
 * Compares records of an encoded table field by field. Values seen together lately are looked up, not compared again.
 *
 * Shape   a level (see LEVEL) a field; both fields of an exchange tell of it together: the first is `exchanged`, the
 *         second `missing`, so that one slip is one piece of evidence
 */
export class PairComparison {
  readonly width: number;
  private readonly values: readonly Int32Array[];
  private readonly comparisons: readonly RememberedComparison[];
  private readonly partner: Int32Array;

  constructor(table: EncodedTable) {
    this.width = table.fields.length;
    this.values = table.fields.map(({ values }) => values);
    const byVocabulary = table.vocabularies.map((vocabulary) => new RememberedComparison(valueComparison(vocabulary)));
    this.comparisons = table.fields.map(({ vocabulary }) => byVocabulary[vocabulary] as RememberedComparison);
    this.partner = partners(table.fields);
  }

  /** Level of field f, exchanges left aside. */
  levelOf(f: number, i: number, j: number): number {
    const values = this.values[f] as Int32Array;
    const a = values[i] as number;
    const b = values[j] as number;
    if (a < 0 || b < 0) return LEVEL.missing;
    return a === b ? LEVEL.exact : (this.comparisons[f] as RememberedComparison).level(a, b);
  }

  /** Writes the levels of all fields. */
  compare(i: number, j: number, levels: Uint8Array): void {
    for (let f = 0; f < this.width; f += 1) levels[f] = this.levelOf(f, i, j);
    this.seeExchanges(i, j, levels);
  }

  /** The comparison vector as one number, in base LEVELS, field 0 last. */
  vector(i: number, j: number, levels: Uint8Array): number {
    this.compare(i, j, levels);
    let code = 0;
    for (let f = this.width - 1; f >= 0; f -= 1) code = code * LEVELS + (levels[f] as number);
    return code;
  }

  private seeExchanges(i: number, j: number, levels: Uint8Array): void {
    for (let f = 0; f < this.width; f += 1) {
      const g = this.partner[f] as number;
      if (g < f || levels[f] !== LEVEL.differs) continue;
      if (levels[g] !== LEVEL.differs && levels[g] !== LEVEL.alike) continue;
      if (!this.isExchange(f, g, { i, j })) continue;
      levels[f] = LEVEL.exchanged;
      levels[g] = LEVEL.missing;
    }
  }

  private isExchange(f: number, g: number, { i, j }: { readonly i: number; readonly j: number }): boolean {
    const first = this.values[f] as Int32Array;
    const second = this.values[g] as Int32Array;
    const comparison = this.comparisons[f] as RememberedComparison;
    const one = comparison.level(first[i] as number, second[j] as number);
    if (one > LEVEL.close) return false;
    return comparison.level(second[i] as number, first[j] as number) <= LEVEL.close;
  }
}

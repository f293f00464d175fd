import type { PassColumn } from './pass';

/** Bits of the widest integer. */
const WIDEST = 256;

interface Word {
  bits: number;
  readonly lanes: { readonly column: PassColumn; readonly shift: number }[];
}

const typeOf = ({ bits }: Word): string => (bits <= 64 ? 'UInt64' : bits <= 128 ? 'UInt128' : 'UInt256');

/**
 * Columns side by side in wide integers, so that the engine adds up many at the cost of one: what a GROUP BY of everybody
 * takes is going to each profile's state once a row and aggregate.
 */
export class PackedColumns {
  private readonly words: Word[] = [];

  constructor(columns: readonly PassColumn[]) {
    // The wide ones first: then no lane lies across a multiple of its width.
    for (const column of [...columns].sort((a, b) => b.bits - a.bits)) {
      const free = this.words.find(({ bits }) => bits + column.bits <= WIDEST);
      const word = free ?? { bits: 0, lanes: [] };
      if (free === undefined) this.words.push(word);
      word.lanes.push({ column, shift: word.bits });
      word.bits += column.bits;
    }
  }

  /** What a row holds: the values by the columns' names, 0 in all others. */
  row(values: ReadonlyMap<string, string>): string {
    const words = this.words.map((word, i) => {
      const own = word.lanes.flatMap(({ column, shift }) => {
        const value = values.get(column.name);
        return value === undefined ? [] : [`bitShiftLeft(to${typeOf(word)}(${value}), ${shift})`];
      });
      return `${own.length === 0 ? `to${typeOf(word)}(0)` : own.join(' + ')} AS packed${i}`;
    });
    return words.join(', ');
  }

  /** The sums over a profile's rows. */
  get sums(): string {
    return this.words.map((_, i) => `sum(packed${i}) AS sums${i}`).join(', ');
  }

  /** The columns of the sums, by their names. */
  get columns(): string {
    const all = this.words.flatMap(({ lanes }, i) =>
      // What is cut off above is another column's.
      lanes.map(({ column, shift }) => `toUInt${column.bits}(bitShiftRight(sums${i}, ${shift})) AS ${column.name}`),
    );
    return all.join(', ');
  }
}

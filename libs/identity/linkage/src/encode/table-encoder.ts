import { LEVELS, MOST_FIELDS, type FieldType, type LinkField } from '../field-types';
import { linkageErrors } from '../linkage-errors';
import { foldText } from '../normalise/fold-text';
import { normaliseAddress, normaliseHouseNumber } from '../normalise/normalise-address';
import { normaliseDate, type DateOrder } from '../normalise/normalise-date';
import { normalisePhone } from '../normalise/normalise-phone';
import { buildVocabulary, type Vocabulary } from './vocabulary';

/** One field of all records: numbers of values, on shared memory. */
export interface EncodedField extends LinkField {
  /** Index of its vocabulary; fields of names share one, fields of addresses too, so that exchanged ones are seen. */
  readonly vocabulary: number;
  /** Value of each record, -1 where missing. */
  readonly values: Int32Array;
  /** Records that hold a value in this field, by value. */
  readonly counts: Int32Array;
  readonly missing: number;
}

/** Records ready to be compared. */
export interface EncodedTable {
  readonly records: number;
  /** Records below this index are of the first file, the others of the second; `records` for one file. */
  readonly split: number;
  readonly fields: readonly EncodedField[];
  readonly vocabularies: readonly Vocabulary[];
}

/** How cells are read. */
export interface EncodeOptions {
  /** Country of telephone numbers without a +, such as US. */
  readonly phoneCountry?: string;
  readonly dateOrder?: DateOrder;
}

const EXCHANGEABLE: ReadonlySet<FieldType> = new Set(['name', 'address']);
/** Raw cells whose normalised value is remembered; emptied when full, so that files of any size fit. */
const REMEMBERED = 65_536;

function normaliser(type: FieldType, options: EncodeOptions): (text: string) => string {
  switch (type) {
    case 'address':
      return normaliseAddress;
    case 'house':
      return normaliseHouseNumber;
    case 'date':
      return (text) => normaliseDate(text, options.dateOrder);
    case 'phone':
      return (text) => normalisePhone(text, options.phoneCountry);
    case 'email':
      return (text) => text.trim().toLowerCase().slice(0, 128);
    case 'code':
      return (text) => foldText(text).replaceAll(' ', '');
    case 'amount':
      return (text) => text.trim().slice(0, 64).replace(/[\s_]/g, '');
    default:
      return foldText;
  }
}

class Collector {
  readonly texts: string[] = [];
  private readonly known = new Map<string, number>();
  private raw = new Map<string, number>();

  constructor(
    readonly type: FieldType,
    private readonly normalise: (text: string) => string,
  ) {}

  idOf(cell: string): number {
    if (cell === '') return -1;
    const remembered = this.raw.get(cell);
    if (remembered !== undefined) return remembered;
    const text = this.normalise(cell);
    const id = text === '' ? -1 : this.intern(text);
    if (this.raw.size >= REMEMBERED) this.raw = new Map();
    this.raw.set(cell, id);
    return id;
  }

  private intern(text: string): number {
    const found = this.known.get(text);
    if (found !== undefined) return found;
    const id = this.texts.length;
    this.texts.push(text);
    this.known.set(text, id);
    return id;
  }
}

/**
 * Takes records one by one and numbers their normalised values.
 *
 * Cost    4 bytes a cell, and each distinct value once
 * Throws  LINKAGE_BAD_FIELDS for no field, more than 20, or one named twice
 */
export class TableEncoder {
  private readonly collectors: Collector[] = [];
  private readonly places: number[] = [];
  private columns: Int32Array[];
  private records = 0;
  private split: number | undefined;

  constructor(
    private readonly fields: readonly LinkField[],
    options: EncodeOptions = {},
  ) {
    const twice = fields.find((field, i) => fields.findIndex(({ column }) => column === field.column) !== i);
    if (fields.length === 0 || fields.length > MOST_FIELDS || twice) {
      throw linkageErrors.LINKAGE_BAD_FIELDS({ most: MOST_FIELDS, column: twice?.column ?? null });
    }
    for (const { type } of fields) {
      const same = EXCHANGEABLE.has(type) ? this.collectors.findIndex((made) => made.type === type) : -1;
      this.places.push(same >= 0 ? same : this.collectors.length);
      if (same < 0) this.collectors.push(new Collector(type, normaliser(type, options)));
    }
    this.columns = fields.map(() => new Int32Array(1024));
  }

  /** Adds a record: its cells in the order of the fields; undefined and blank cells are missing. */
  add(cells: readonly (string | undefined)[]): void {
    const at = this.records;
    if (at === (this.columns[0] as Int32Array).length) {
      this.columns = this.columns.map((column) => {
        const wider = new Int32Array(column.length * 2);
        wider.set(column);
        return wider;
      });
    }
    for (let f = 0; f < this.fields.length; f += 1) {
      const collector = this.collectors[this.places[f] as number] as Collector;
      (this.columns[f] as Int32Array)[at] = collector.idOf(cells[f] ?? '');
    }
    this.records += 1;
  }

  /** Records added from here on are of the second file. */
  startSecondFile(): void {
    this.split = this.records;
  }

  finish(): EncodedTable {
    const vocabularies = this.collectors.map(({ type, texts }) => buildVocabulary(type, texts));
    const fields = this.fields.map((field, f) => {
      const vocabulary = this.places[f] as number;
      const values = new Int32Array(new SharedArrayBuffer(Math.max(4, this.records * 4)), 0, this.records);
      values.set((this.columns[f] as Int32Array).subarray(0, this.records));
      const size = (vocabularies[vocabulary] as Vocabulary).size;
      const counts = new Int32Array(new SharedArrayBuffer(Math.max(4, size * 4)));
      let missing = 0;
      for (const value of values) {
        if (value < 0) missing += 1;
        else counts[value] = (counts[value] as number) + 1;
      }
      return { ...field, vocabulary, values, counts, missing };
    });
    this.columns = [];
    return { records: this.records, split: this.split ?? this.records, fields, vocabularies };
  }
}

/** Vectors possible with so many fields; below 2^53 by MOST_FIELDS. */
export function vectorCount(fields: number): number {
  return LEVELS ** fields;
}

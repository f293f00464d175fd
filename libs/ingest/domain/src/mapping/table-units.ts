import { KNOWN_PEOPLE_ONLY, type Json, type NormalisedMessage } from '@kohort/kernel-contracts';
import { correctTime } from '../message/instant';
import type { ReadRow } from '../reading/source-row';
import type { FieldValue } from './cell-reader';
import { isExact } from './exact';
import { groupValue, type GroupValue } from './group-value';
import type { ImportUnit, RefusedRow, UnitMaker } from './import-unit';
import type { TableMapping } from './mapping-schema';
import { isMarkedGone, removalOf } from './removal';
import type { RowReader, RowResult } from './row-reader';

/** What ids of messages are made of, and when they were received. */
export interface ImportOrigin {
  readonly sourceId: string;
  /** Digest of the file's bytes, lower-case hex. */
  readonly sha256: string;
  readonly receivedAt: number;
  /** Whether the messages may make people. */
  readonly createProfiles: boolean;
}

interface OpenGroup {
  readonly key: string;
  readonly firstRow: number;
  readonly rows: (readonly FieldValue[])[];
  readonly lines: number[];
  readonly flags: Set<string>;
  /** Its record is gone. */
  readonly isGone: boolean;
}

const NOTHING: readonly ImportUnit[] = [];

const textOf = (value: FieldValue): string => (isExact(value) ? value.toFixed() : String(value));

/** Id of an imported message: the file's digest and the first row of its group, so that no second pass doubles it. */
export function importMessageId(sha256: string, firstRow: number): string {
  return `import-${sha256.slice(0, 40)}-${firstRow}`;
}

/**
 * Rows of a table to messages, by a mapping. Consecutive kept rows with equal key form a group; refused rows between
 * them do not end it, another key does, and so does `maxRows`.
 */
export class TableUnits implements UnitMaker {
  private group: OpenGroup | null = null;
  private refused: RefusedRow[] = [];
  private firstRow = 0;
  private height = 0;
  private readonly properties: readonly (readonly [string, GroupValue])[];
  private readonly traits: readonly (readonly [string, GroupValue])[];
  private readonly keyPlaces: readonly number[];
  /** Place of the marker's cell; −1 when there is no marker. */
  private readonly marker: number;

  constructor(
    private readonly mapping: TableMapping,
    private readonly reader: RowReader,
    private readonly origin: ImportOrigin,
  ) {
    const makers = (part: 'properties' | 'traits') =>
      Object.entries(mapping.message[part]).map(([key, spec]) => [key, groupValue(spec, reader)] as const);
    this.properties = makers('properties');
    this.traits = makers('traits');
    this.keyPlaces = (mapping.group?.by ?? []).map((field) => reader.indexOf(field));
    const { deletedColumn } = mapping.removal ?? {};
    this.marker = deletedColumn === undefined ? -1 : reader.columnOf(deletedColumn);
  }

  push(row: ReadRow, number: number): readonly ImportUnit[] {
    const result: RowResult | null = row.kind === 'cells' ? this.reader.row(row.cells) : null;
    // Most rows of a group settle nothing: they need no list.
    let settled: ImportUnit[] | null = null;
    if (result?.ok) {
      const key = this.mapping.group
        ? this.keyPlaces.map((i) => textOf(result.values[i] ?? null)).join('\u0000')
        : null;
      if (this.group && this.group.key !== key) this.settle((settled ??= []));
      this.keep(row, number, { key: key ?? '', result });
    } else {
      this.refuse(row, number, result);
    }
    if (!this.group || !this.mapping.group || this.height >= this.mapping.group.maxRows) this.settle((settled ??= []));
    return settled ?? NOTHING;
  }

  end(): readonly ImportUnit[] {
    const settled: ImportUnit[] = [];
    this.settle(settled);
    return settled;
  }

  private keep(row: ReadRow, number: number, kept: { key: string; result: Extract<RowResult, { ok: true }> }): void {
    const { key, result } = kept;
    if (this.height === 0) this.firstRow = number;
    this.height += 1;
    this.group ??= this.openGroup(row, number, key);
    this.group.rows.push(result.values);
    this.group.lines.push(row.line);
    for (const flag of result.flags) this.group.flags.add(flag);
  }

  private openGroup(row: ReadRow, firstRow: number, key: string): OpenGroup {
    const flags = new Set(this.origin.createProfiles ? [] : [KNOWN_PEOPLE_ONLY]);
    const isGone = this.marker >= 0 && row.kind === 'cells' && isMarkedGone(row.cells[this.marker] ?? '');
    return { key, firstRow, rows: [], lines: [], flags, isGone };
  }

  private refuse(row: ReadRow, number: number, result: Extract<RowResult, { ok: false }> | null): void {
    if (this.height === 0) this.firstRow = number;
    this.height += 1;
    const because = (code: string, column: string, message: string): void =>
      void this.refused.push({ row: number, line: row.line, verdict: 'rejected', code, column, message });
    if (result) {
      const { code, column } = result.fault;
      because(code, column, `${code} in column "${column}"`);
    } else if (row.kind === 'fault') because(row.code, '', row.message);
    else because('not_a_table_row', '', 'the record has no columns');
  }

  private settle(into: ImportUnit[]): void {
    if (this.height === 0) return;
    const message = this.group ? this.messageOf(this.group) : null;
    const lines = this.group?.lines ?? [];
    into.push({ firstRow: this.firstRow, rows: this.height, message, refused: this.refused, lines });
    this.group = null;
    this.refused = [];
    this.height = 0;
  }

  private messageOf(group: OpenGroup): NormalisedMessage {
    const { message } = this.mapping;
    const { flags, rows } = group;
    const first = rows[0] ?? [];
    const cell = (reference: { field: string } | undefined): FieldValue =>
      reference ? (first[this.reader.indexOf(reference.field)] ?? null) : null;
    const id = (reference: { field: string } | undefined): string | null => {
      const value = cell(reference);
      return value === null ? null : textOf(value);
    };
    const stated = cell(message.timestamp);
    const originalTs = typeof stated === 'number' ? stated : null;
    const { receivedAt, sha256 } = this.origin;
    const { ts, clamped } = correctTime({ originalTs, sentAt: null, receivedAt });
    if (clamped) flags.add('future_clamped');
    const properties = this.build(this.properties, group);
    const traits = this.build(this.traits, group);
    const name = { track: message.event ?? null, page: 'Page Viewed', screen: 'Screen Viewed', identify: null }[
      message.type
    ];
    const made: NormalisedMessage = {
      type: message.type,
      name,
      messageId: id(message.messageId) ?? importMessageId(sha256, group.firstRow),
      userId: id(message.userId),
      anonymousId: id(message.anonymousId),
      previousId: null,
      groupId: null,
      ts,
      originalTs,
      sentAt: null,
      receivedAt,
      properties,
      traits,
      context: this.consentOf(rows),
      flags: [...flags],
      rowWeight: rows.length,
    };
    return group.isGone && this.mapping.removal ? removalOf(made, this.mapping.removal) : made;
  }

  /** What the rows say about consent; one that refuses outweighs those that grant. */
  private consentOf(rows: OpenGroup['rows']): NormalisedMessage['context'] {
    const categoryPreferences: Record<string, boolean> = {};
    for (const [purpose, { field }] of Object.entries(this.mapping.message.consent)) {
      const place = this.reader.indexOf(field);
      const said = rows.map((row) => row[place]).filter((value) => typeof value === 'boolean');
      if (said.length > 0) categoryPreferences[purpose] = !said.includes(false);
    }
    return Object.keys(categoryPreferences).length === 0 ? {} : { consent: { categoryPreferences } };
  }

  private build(makers: readonly (readonly [string, GroupValue])[], group: OpenGroup): Record<string, Json> {
    const built: Record<string, Json> = {};
    for (const [key, make] of makers) {
      const value = make(group.rows, group.flags);
      if (value !== undefined) built[key] = value;
    }
    return built;
  }
}

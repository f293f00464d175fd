import { createHash } from 'node:crypto';
import type { PulledRow } from '@kohort/kernel-contracts';
import { ingestErrors } from '../ingest-errors';
import type { ImportUnit } from '../mapping/import-unit';
import type { Mapping, TableMapping } from '../mapping/mapping-schema';
import { withMessageId } from '../mapping/removal';
import { RowReader } from '../mapping/row-reader';
import { TableUnits } from '../mapping/table-units';

/** Whose rows they are and what was decided for the whole pull. */
export interface PullOrigin {
  /** Id of the connection: the same key in two connections is two records. */
  readonly connectionId: string;
  readonly sourceId: string;
  readonly receivedAt: number;
  readonly createProfiles: boolean;
  /** Rows of the pull before these. */
  readonly rowsBefore: number;
  /** How often the record of each row has changed, where that is known: a content that comes back is then new. */
  readonly versions?: readonly number[];
}

const digestOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts), 'utf8').digest('hex');

/** Id of a record's version: the same content comes again as the same message, other content as another. */
export function pulledMessageId(connectionId: string, row: PulledRow, version = 0): string {
  const parts = [connectionId, row.key, row.cells];
  return `pull-${digestOf(version === 0 ? parts : [...parts, version]).slice(0, 48)}`;
}

/** What a record is remembered by, without its key's words: lower-case hex. */
export function pulledKeyDigest(connectionId: string, row: Pick<PulledRow, 'key'>): string {
  return digestOf([connectionId, row.key]);
}

/**
 * The mapping of a pull of rows.
 *
 * Throws  INGEST_PULL_MAPPING for a mapping that groups rows or wants messages
 */
export function pullMapping(mapping: Mapping | null): TableMapping {
  if (mapping?.format !== 'table' || mapping.group) throw ingestErrors.INGEST_PULL_MAPPING();
  return mapping;
}

/**
 * Rows of a page to units, one each. Rows are numbered on from those of earlier pages; there are no lines.
 *
 * Throws  INGEST_PULL_MAPPING; INGEST_COLUMNS_MISSING
 */
export function pulledUnits(
  page: { readonly columns: readonly string[]; readonly rows: readonly PulledRow[] },
  asked: Mapping,
  origin: PullOrigin,
): readonly ImportUnit[] {
  const mapping = pullMapping(asked);
  const { sourceId, receivedAt, createProfiles, connectionId, rowsBefore, versions } = origin;
  const maker = new TableUnits(mapping, new RowReader(mapping, page.columns), {
    sourceId,
    receivedAt,
    createProfiles,
    sha256: '',
  });
  return page.rows.flatMap((row, i) => {
    const number = rowsBefore + i + 1;
    const units = maker.push({ kind: 'cells', line: number, cells: row.cells }, number);
    if (mapping.message.messageId) return units;
    const messageId = pulledMessageId(connectionId, row, versions?.[i]);
    return units.map((unit) => (unit.message ? { ...unit, message: withMessageId(unit.message, messageId) } : unit));
  });
}

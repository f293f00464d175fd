import { createHash } from 'node:crypto';
import type { PulledRow } from '@kohort/kernel-contracts';
import { ingestErrors } from '../ingest-errors';
import type { ImportUnit } from '../mapping/import-unit';
import type { Mapping } from '../mapping/mapping-schema';
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
}

/** Id of a record's version: the same content comes again as the same message, other content as another. */
export function pulledMessageId(connectionId: string, row: PulledRow): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([connectionId, row.key, row.cells]), 'utf8')
    .digest('hex');
  return `pull-${digest.slice(0, 48)}`;
}

/**
 * Rows of a page to units, one each. Rows are numbered on from those of earlier pages; there are no lines.
 *
 * Throws  INGEST_PULL_MAPPING for a mapping that groups rows or wants messages; INGEST_COLUMNS_MISSING
 */
export function pulledUnits(
  page: { readonly columns: readonly string[]; readonly rows: readonly PulledRow[] },
  mapping: Mapping,
  origin: PullOrigin,
): readonly ImportUnit[] {
  if (mapping.format !== 'table' || mapping.group) throw ingestErrors.INGEST_PULL_MAPPING();
  const { sourceId, receivedAt, createProfiles, connectionId, rowsBefore } = origin;
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
    const messageId = pulledMessageId(connectionId, row);
    return units.map((unit) => (unit.message ? { ...unit, message: { ...unit.message, messageId } } : unit));
  });
}

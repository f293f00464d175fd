import { KNOWN_PEOPLE_ONLY } from '@kohort/kernel-contracts';
import { normaliseEvent } from '../message/normalise-event';
import { IMPORT_LIMITS } from '../limits';
import type { ReadRow } from '../reading/source-row';
import type { ImportUnit, RefusedRow, UnitMaker } from './import-unit';
import type { ImportOrigin } from './table-units';

/** Rows that are messages of the Segment spec: one unit a row. Times of an archive are corrected as they were live. */
export class SegmentUnits implements UnitMaker {
  constructor(private readonly origin: ImportOrigin) {}

  push(row: ReadRow, number: number): readonly ImportUnit[] {
    const base = { firstRow: number, rows: 1 };
    const refused = (verdict: RefusedRow['verdict'], code: string, column: string, message: string): ImportUnit[] => [
      { ...base, message: null, lines: [], refused: [{ row: number, line: row.line, verdict, code, column, message }] },
    ];
    if (row.kind === 'fault') return refused('rejected', row.code, '', row.message);
    if (row.kind === 'cells') return refused('rejected', 'not_an_object', '', 'the record is no message');
    const { sourceId, sha256, receivedAt, createProfiles } = this.origin;
    const result = normaliseEvent(row.value, {
      sourceId,
      receivedAt,
      sentAt: null,
      index: number,
      idSalt: sha256,
      trustReceivedAt: true,
      maxBytes: IMPORT_LIMITS.lineBytes,
    });
    if (result.verdict === 'accepted') {
      const { message } = result;
      const flagged = createProfiles ? message : { ...message, flags: [...message.flags, KNOWN_PEOPLE_ONLY] };
      return [{ ...base, message: flagged, refused: [], lines: [row.line] }];
    }
    return refused(result.verdict, result.code, result.field, `${result.code} at "${result.field}"`);
  }

  end(): readonly ImportUnit[] {
    return [];
  }
}

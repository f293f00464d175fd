import type { ImportUnit, RefusedRow } from '../mapping/import-unit';

/** Why a message's rows are left out after all; null when they are not. */
export type Judge = (unit: ImportUnit) => 'person_unknown' | 'storage_refused' | null;

const SAID = {
  person_unknown: 'the row names nobody who is known, and the import was not asked to create people',
  storage_refused: 'the database cannot hold a value of the row',
} as const;

function rowsOf(unit: ImportUnit, code: 'person_unknown' | 'storage_refused'): RefusedRow[] {
  const gone = new Set(unit.refused.map(({ row }) => row));
  const kept = Array.from({ length: unit.rows }, (_, i) => unit.firstRow + i).filter((row) => !gone.has(row));
  const verdict = code === 'storage_refused' ? 'quarantined' : 'rejected';
  return kept.map((row, i) => ({ row, line: unit.lines[i] ?? 0, verdict, code, column: '', message: SAID[code] }));
}

/**
 * Takes back the messages that are not to be stored: their rows become refused rows with the judge's reason. The rows of
 * the units still add up to the rows of the file.
 */
export function refuseUnits(units: readonly ImportUnit[], judge: Judge): ImportUnit[] {
  return units.map((unit) => {
    const code = unit.message ? judge(unit) : null;
    if (code === null) return unit;
    return { ...unit, message: null, lines: [], refused: [...unit.refused, ...rowsOf(unit, code)] };
  });
}

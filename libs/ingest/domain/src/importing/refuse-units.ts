import type { PlanRule } from '@kohort/kernel-contracts';
import type { ImportUnit, RefusedRow } from '../mapping/import-unit';

/** Why a message's rows are left out after all. */
export type LeftOutCode = 'person_unknown' | 'storage_refused' | `plan_${PlanRule}`;

/** Why a message's rows are left out after all; null when they are not. */
export type Judge = (unit: ImportUnit) => LeftOutCode | null;

const SAID = {
  person_unknown: 'the row names nobody who is known, and the import was not asked to create people',
  storage_refused: 'the database cannot hold a value of the row',
} as const;

const said = (code: LeftOutCode): string =>
  code === 'person_unknown' || code === 'storage_refused'
    ? SAID[code]
    : 'the tracking plan blocks it; it is in quarantine, from where it can be replayed';

function rowsOf(unit: ImportUnit, code: LeftOutCode): RefusedRow[] {
  const gone = new Set(unit.refused.map(({ row }) => row));
  const kept = Array.from({ length: unit.rows }, (_, i) => unit.firstRow + i).filter((row) => !gone.has(row));
  const verdict = code === 'person_unknown' ? 'rejected' : 'quarantined';
  return kept.map((row, i) => ({ row, line: unit.lines[i] ?? 0, verdict, code, column: '', message: said(code) }));
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

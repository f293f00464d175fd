import type { PlanRule } from '@kohort/kernel-contracts';
import type { ImportUnit, RefusedRow } from '../mapping/import-unit';

/** Why a message's rows are left out after all. */
export type LeftOutCode = 'person_unknown' | 'storage_refused' | 'suppressed' | `plan_${PlanRule}`;

/** Why a message's rows are left out after all; null when they are not. */
export type Judge = (unit: ImportUnit) => LeftOutCode | null;

const SAID = {
  person_unknown: 'the row names nobody who is known, and the import was not asked to create people',
  storage_refused: 'the database cannot hold a value of the row',
  suppressed: 'the row names somebody who is on the suppression list',
} as const;

const PLAN_SAID = 'the tracking plan blocks it; it is in quarantine, from where it can be replayed';

function isSaid(code: LeftOutCode): code is keyof typeof SAID {
  return code in SAID;
}

function verdictOf(code: LeftOutCode): RefusedRow['verdict'] {
  if (code === 'suppressed') return 'suppressed';
  return code === 'person_unknown' ? 'rejected' : 'quarantined';
}

const said = (code: LeftOutCode): string => (isSaid(code) ? SAID[code] : PLAN_SAID);

function rowsOf(unit: ImportUnit, code: LeftOutCode): RefusedRow[] {
  const gone = new Set(unit.refused.map(({ row }) => row));
  const kept = Array.from({ length: unit.rows }, (_, i) => unit.firstRow + i).filter((row) => !gone.has(row));
  const verdict = verdictOf(code);
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

import {
  barsOf,
  readableShare,
  sparkline,
  typicalOf,
  type Finding,
  type Fix,
  type TableDrift,
  type TableProfile,
} from '@kohort/quality-domain';
import { count } from './account';
import { textTable } from './text-table';

const MARK: Readonly<Record<Finding['severity'], string>> = { error: '✗', warning: '!', note: '·' };
const SHOWN_PAIRS = 6;
const TYPICAL_CHARS = 64;

function fixText(fix: Fix): string {
  if (fix.kind === 'source') return fix.advice;
  if (fix.kind === 'preprocessing') {
    const params = Object.entries(fix.params).filter(([name]) => name !== 'column');
    const told = params.map(
      ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(6)) : String(value)}`,
    );
    return `before a model: ${fix.step}${told.length > 0 ? ` (${told.join(', ')})` : ''}`;
  }
  const { field, messageIdColumn, drop } = fix.edit;
  if (drop) return 'in the mapping: leave it out';
  if (messageIdColumn !== undefined) return `in the mapping: messageId from ${messageIdColumn}`;
  const parts = Object.entries(field ?? {}).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${name}: ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`;
  });
  return `in the mapping: ${parts.join(', ')}`;
}

function findingLines({ severity, column, message, lines, fix }: Finding): string {
  const where = lines.length > 0 ? ` (line ${lines.slice(0, 3).join(', ')}${lines.length > 3 ? ', …' : ''})` : '';
  const head = `  ${MARK[severity]} ${column === null ? '' : `${column}: `}${message}${where}`;
  return fix ? `${head}\n      → ${fixText(fix)}` : head;
}

/** Nine numbers of ten are worth a word; a number among texts is not. */
const showsShare = ({ type, typeShareOfOne }: TableProfile['columns'][number]): boolean =>
  typeShareOfOne < 0.9995 && !['text', 'category', 'code'].includes(type);

function together(profile: TableProfile): string[] {
  const { correlations, dependencies, sample } = profile;
  const lines: string[] = [];
  const pairs = correlations.slice(0, SHOWN_PAIRS).map(({ a, b, value }) => `${a} ~ ${b} ${value.toFixed(2)}`);
  if (pairs.length > 0) lines.push(`  go together: ${pairs.join(', ')}`);
  const decided = dependencies
    .slice(0, SHOWN_PAIRS)
    .map(
      ({ from, to, heldShareOfOne }) =>
        `${from} → ${to}${heldShareOfOne < 1 ? ` (${(heldShareOfOne * 100).toFixed(1)} %)` : ''}`,
    );
  if (decided.length > 0) lines.push(`  one decides the other: ${decided.join(', ')}`);
  if (lines.length > 0 && !sample.complete) lines.push(`  (these from ${count(sample.rows)} rows taken at random)`);
  return lines;
}

/** A profile as text: a line a column with its shape as small bars, then what was found and what to do about it. */
export function profileText(name: string, profile: TableProfile, findings: readonly Finding[]): string {
  const rows = profile.columns.map((column) => {
    const typical = typicalOf(column);
    return [
      column.name,
      column.type + (showsShare(column) ? ` ${readableShare(column.typeShareOfOne)}` : ''),
      column.missing.rows === 0 ? '' : readableShare(column.missing.shareOfOne),
      `${column.distinct.exact ? '' : '~'}${count(column.distinct.count)}`,
      sparkline(barsOf(column)),
      typical.length > TYPICAL_CHARS ? `${typical.slice(0, TYPICAL_CHARS - 1)}…` : typical,
    ];
  });
  const { duplicates, keyCandidates, key } = profile;
  const keys = keyCandidates.length > 0 ? `; one value a row: ${keyCandidates.join(', ')}` : '';
  const lines = [
    `${name}: ${count(profile.rows)} rows, ${profile.columns.length} columns, ${duplicates.exact ? '' : 'about '}${count(duplicates.repeated)} duplicate rows${keys}`,
    ...(key && key.repeated === 0 ? [`  every key in ${key.column} names one row`] : []),
    textTable(['column', 'type', 'missing', 'distinct', 'shape', 'typical'], rows),
    ...together(profile),
  ];
  lines.push(findings.length === 0 ? 'nothing found to complain about' : 'found:', ...findings.map(findingLines));
  return lines.join('\n');
}

/** What moved since the baseline, as text. */
export function driftText(against: string, drift: TableDrift): string {
  const moved = drift.columns.filter(({ verdict }) => !['steady', 'not_compared'].includes(verdict));
  const compared = drift.columns.filter(({ verdict }) => verdict !== 'not_compared').length;
  const head = `against ${against} (${count(drift.rowsBefore)} rows): ${moved.length} of ${compared} compared columns differ`;
  if (moved.length === 0) return head;
  const rows = moved.map(({ column, verdict, psi, reasons }) => [
    column,
    verdict,
    psi === null ? '' : psi.toFixed(3),
    reasons.join('; '),
  ]);
  return `${head}\n${textTable(['column', 'verdict', 'PSI', 'because'], rows)}`;
}

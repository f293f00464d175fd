import type { TableProfile } from '../profile/table-profile';
import { columnFindings } from './column-findings';
import { SEVERITIES, type Finding } from './finding';

/** Columns that say the same: a correlation of this size leaves a model nothing to learn from the second. */
const REDUNDANT = 0.98;

/** What to do about rows that cannot be read, where there is more to say than to mend them. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_utf8: 'export the file as UTF-8',
  unclosed_quote: 'double the quotes within cells, or quote the whole cell',
  too_many_columns: 'name the columns to look at with --columns',
};

const listed = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more columns` : names.join(', ');

function tableFindings(profile: TableProfile): Finding[] {
  const { rows, unread, duplicates, key, isolated } = profile;
  const found: Finding[] = [];
  const about = { column: null, shareOfOne: 0 };
  const shareOf = (count: number): number => (rows === 0 ? 0 : count / rows);
  for (const { code, rows: count, lines } of unread) {
    const message = `${count} rows cannot be read as rows (${code}); the import leaves them out`;
    const advice = ADVICE[code] ?? 'mend these lines; a dry run with --rejects lists them all';
    const fix = { kind: 'source', advice } as const;
    const all = rows + count;
    found.push({
      ...about,
      code: 'unreadable_rows',
      severity: 'error',
      rows: count,
      shareOfOne: count / all,
      lines,
      message,
      fix,
    });
  }
  if (duplicates.repeated > 0) {
    const message = `${duplicates.exact ? '' : 'about '}${duplicates.repeated} rows equal an earlier row in every column`;
    const lines = duplicates.examples.map(({ line }) => line);
    const fix = { kind: 'preprocessing', step: 'drop_duplicates', params: {} } as const;
    found.push({
      ...about,
      code: 'duplicate_rows',
      severity: 'warning',
      rows: duplicates.repeated,
      shareOfOne: shareOf(duplicates.repeated),
      lines,
      message,
      fix,
    });
  }
  if (key && key.repeated > 0) {
    const message = `${key.exact ? '' : 'about '}${key.repeated} rows have a key that an earlier row has`;
    const lines = key.examples.map(({ line }) => line);
    const fix = { kind: 'mapping', edit: { messageIdColumn: key.column } } as const;
    found.push({
      code: 'duplicate_keys',
      severity: 'error',
      column: key.column,
      rows: key.repeated,
      shareOfOne: shareOf(key.repeated),
      lines,
      message,
      fix,
    });
  }
  if (isolated && isolated.rows.length > 0) {
    const message = `rows that stand alone among all in ${listed(isolated.columns)} (isolation forest${profile.sample.complete ? '' : ` on ${profile.sample.rows} sampled rows`})`;
    found.push({
      ...about,
      code: 'isolated_rows',
      severity: 'note',
      rows: isolated.found ?? isolated.rows.length,
      shareOfOne: shareOf(isolated.found ?? isolated.rows.length),
      lines: isolated.rows.slice(0, 5).map(({ line }) => line),
      message,
      fix: null,
    });
  }
  const levels = new Map(profile.columns.map(({ name, distinct }) => [name, distinct.count]));
  for (const { a, b, measure, value } of profile.correlations) {
    if (Math.abs(value) < REDUNDANT) continue;
    // Of two columns the one with fewer values adds nothing to the other.
    const [kept, column] = (levels.get(a) ?? 0) >= (levels.get(b) ?? 0) ? [a, b] : [b, a];
    const by = measure === 'pearson' ? 'correlation' : "Cramér's V";
    const message = `adds almost nothing to "${kept}" (${by} ${value.toFixed(3)})`;
    const fix = { kind: 'preprocessing', step: 'drop_column', params: { column } } as const;
    found.push({ code: 'redundant_columns', severity: 'note', column, rows, shareOfOne: 1, lines: [], message, fix });
  }
  return found;
}

/**
 * Everything that a profile gives reason to say, each with what can be done about it.
 *
 * Ties  errors, then warnings, then notes; within, most rows first
 */
export function findIssues(profile: TableProfile): readonly Finding[] {
  const found = [...tableFindings(profile), ...profile.columns.flatMap(columnFindings)];
  return found.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.rows - a.rows);
}

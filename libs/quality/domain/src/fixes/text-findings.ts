import { repairMojibake } from '../profile/text-damage';
import { fieldFix, linesOf, placeOf, sum, type About, type Check } from './column-check';
import type { Fix } from './finding';

const REPLACED_AT_MOST = 50;

/** How its dates are written. */
export const checkDates: Check = (column) => {
  const { dateFormats, dateFormat } = column;
  if (dateFormat === null) return [];
  const found: About[] = [];
  const { impossibleDays } = column;
  if (dateFormat === 'yyyyMMdd' && impossibleDays.rows > 0) {
    const message = `days that no calendar has; as dates those rows would be rejected`;
    const fix = fieldFix({ type: 'text' });
    return [{ code: 'impossible_dates', severity: 'warning', ...placeOf(impossibleDays), message, fix }];
  }
  if (dateFormat === 'epoch_s' || dateFormat === 'epoch_ms' || dateFormat === 'yyyyMMdd')
    return [
      {
        code: 'dates_as_numbers',
        severity: 'note',
        rows: column.present,
        message: `numbers that are times (${dateFormat})`,
        fix: fieldFix({ type: 'timestamp', format: dateFormat }),
      },
    ];
  // Formats that differ in the order of day and month alone are one.
  const shapes = new Set(
    dateFormats.map(({ value }) =>
      value.replace(/^M{1,2}([-/.])d{1,2}/, 'd$1M').replace(/^d{1,2}([-/.])M{1,2}/, 'd$1M'),
    ),
  );
  const [first, ...rest] = dateFormats;
  if (shapes.size > 1 && first)
    found.push({
      code: 'date_formats_differ',
      severity: 'warning',
      rows: sum(rest),
      lines: linesOf(rest),
      message: `written in ${dateFormats.length} ways: ${dateFormats
        .map(({ value, rows }) => `${value} (${rows})`)
        .slice(0, 4)
        .join(', ')}; a mapping reads one`,
      fix: { kind: 'source', advice: 'write all dates alike, best as yyyy-MM-dd' },
    });
  if (column.dayOrderUnknown)
    found.push({
      code: 'date_order_unknown',
      severity: 'warning',
      rows: column.present,
      message: `no date tells day from month; taken as ${dateFormat}`,
      fix: fieldFix({ type: 'timestamp', format: dateFormat }),
    });
  return found;
};

/** What is wrong with its texts. */
export const checkTexts: Check = (column) => {
  const found: About[] = [];
  const fault = (name: string) => column.faults.find(({ value }) => value === name);
  const padded = fault('padded');
  if (padded)
    found.push({
      code: 'spaces_around',
      severity: 'note',
      ...placeOf(padded),
      message: 'spaces before or after the value; the importer takes them off',
    });
  const control = fault('control');
  if (control)
    found.push({
      code: 'control_characters',
      severity: 'warning',
      ...placeOf(control),
      message: 'characters that nobody sees',
      fix: { kind: 'source', advice: 'remove control and zero-width characters' },
    });
  const formula = fault('formula');
  if (formula)
    found.push({
      code: 'spreadsheet_formula',
      severity: 'note',
      ...placeOf(formula),
      message: 'cells that a spreadsheet would run as a formula when the data is exported to one',
    });
  const damaged = fault('mojibake');
  if (damaged) {
    const replace = Object.fromEntries(
      column.top
        .flatMap(({ value }): [string, string][] => {
          const repaired = repairMojibake(value.trim());
          return repaired === null ? [] : [[value.trim(), repaired]];
        })
        .slice(0, REPLACED_AT_MOST),
    );
    const fix: Fix =
      Object.keys(replace).length > 0 ? fieldFix({ replace }) : { kind: 'source', advice: 'export the file as UTF-8' };
    found.push({
      code: 'mojibake',
      severity: 'warning',
      ...placeOf(damaged),
      message: 'letters broken by a wrong encoding on the way',
      fix,
    });
  }
  const spelled = column.variants.filter((group) => new Set(group.map(({ value }) => value.trim())).size > 1);
  if (spelled.length > 0) {
    const replace = Object.fromEntries(
      spelled
        .flatMap((group) => {
          const best = group[0]?.value.trim() ?? '';
          return group.map(({ value }): [string, string] => [value.trim(), best]).filter(([from]) => from !== best);
        })
        .slice(0, REPLACED_AT_MOST),
    );
    const rows = spelled.reduce((total, group) => total + sum(group.slice(1)), 0);
    found.push({
      code: 'spelling_variants',
      severity: 'warning',
      rows,
      message: `${spelled.length} ${spelled.length > 1 ? 'values are' : 'value is'} written in several ways that differ in case or spaces alone`,
      fix: fieldFix({ replace }),
    });
  }
  return found;
};

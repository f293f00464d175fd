import type { ColumnProfile } from '../profile/column-profile';
import type { RecordQuality } from '../profile/record-quality';
import { isPersonal } from '../profile/snapshot-column';
import type { Finding, Fix } from './finding';

/** What the records are: messages of a source, or people. */
export type RecordKind = 'message' | 'person';

/** An identifier that so large a share of its rows has to itself is meant to be unique. */
const MEANT_UNIQUE = 0.9;
const FEWEST_ROWS = 20;
/** A count of different values beyond what is exact is right to so much. */
const ESTIMATE_OFF = 0.025;

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const about = (exact: boolean): string => (exact ? '' : 'about ');

const SAME_PERSON: Fix = {
  kind: 'source',
  advice:
    'look for people who may be one (findLinkCandidates), and give what names a person to identify as an identifier',
};
const SAME_MESSAGE: Fix = {
  kind: 'source',
  advice: 'send a messageId that stays the same when a call is made again, so that the repeat is known at the door',
};

/** Everything that records as wholes give reason to say, each with what can be done about it. */
export function recordFindings({ duplicates, isolated }: RecordQuality, kind: RecordKind): readonly Finding[] {
  const found: Finding[] = [];
  const { repeated, compared, exact } = duplicates;
  if (repeated > 0) {
    const what =
      kind === 'message'
        ? 'messages equal an earlier one in person, time and content'
        : 'people equal another one in every trait';
    found.push({
      ...{ code: 'duplicate_rows', severity: 'warning', column: null, rows: repeated, lines: [] },
      shareOfOne: shareOf(repeated, compared),
      message: `${about(exact)}${repeated} ${what}`,
      fix: kind === 'message' ? SAME_MESSAGE : SAME_PERSON,
    });
  }
  if (isolated && isolated.found > 0) {
    const fields = [...new Set(isolated.rows.flatMap(({ by }) => by.map(({ field }) => field)))];
    const named = fields.length > 0 ? `, most often by ${fields.slice(0, 4).join(', ')}` : '';
    found.push({
      ...{ code: 'isolated_rows', severity: 'note', column: null, rows: isolated.found, lines: [] },
      shareOfOne: shareOf(isolated.found, isolated.sampled),
      message: `${isolated.found} of ${isolated.sampled} ${kind === 'message' ? 'messages' : 'people'} looked at stand alone${named}`,
      fix: fields.length > 0 ? { kind: 'preprocessing', step: 'cap_outliers', params: { columns: fields } } : null,
    });
  }
  return found;
}

/** Rows of an identifier beyond the first of each of its values; null where it is not meant to be unique, or is. */
export function repeatedValues(column: ColumnProfile): { readonly rows: number; readonly exact: boolean } | null {
  const { present, distinct } = column;
  const names = column.isIdentifier || isPersonal(column);
  if (!names || column.type === 'text' || column.type === 'json' || present < FEWEST_ROWS) return null;
  const rows = Math.max(0, present - distinct.count);
  if (distinct.count < MEANT_UNIQUE * present) return null;
  return rows > (distinct.exact ? 0 : ESTIMATE_OFF * present) ? { rows, exact: distinct.exact } : null;
}

/** What repeated values of an identifier give reason to say. */
export function repeatedValueFindings(column: ColumnProfile, kind: RecordKind): readonly Finding[] {
  const repeated = repeatedValues(column);
  if (repeated === null) return [];
  const { rows, exact } = repeated;
  const fix: Fix = kind === 'person' ? SAME_PERSON : { kind: 'mapping', edit: { messageIdColumn: column.name } };
  const message = `${about(exact)}${rows} rows have a value that an earlier row has; it looks as if it were meant to be unique`;
  const place = { column: column.name, rows, lines: [], shareOfOne: shareOf(rows, column.present) };
  return [{ code: 'duplicate_keys', severity: 'warning', ...place, message, fix }];
}

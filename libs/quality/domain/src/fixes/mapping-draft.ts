import { stringify } from 'yaml';
import type { ColumnProfile } from '../profile/column-profile';
import type { TableProfile } from '../profile/table-profile';
import { qualityErrors } from '../quality-errors';
import type { FieldEdit, Finding } from './finding';

/** What a file's name and the user say about its mapping. */
export interface DraftOptions {
  /** Name of the mapping, kebab-case, and from it the event's. */
  readonly name: string;
  /** Column that names the person; guessed from the names when absent. */
  readonly person?: string | undefined;
}

const PERSON_NAMES = [
  /^(customer|user|household|member|client|person|profile|account|contact|visitor|subscriber)[\s_.-]?(id|no|nr|number|key|code)?$/i,
  /^(e-?mail|email[\s_.-]?address)$/i,
];

interface DraftField extends FieldEdit {
  readonly column: string;
  readonly type: NonNullable<FieldEdit['type']>;
}

const TYPE_OF: Readonly<Partial<Record<ColumnProfile['type'], DraftField['type']>>> = {
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  date: 'timestamp',
  instant: 'timestamp',
};

function fieldName(column: string, taken: ReadonlySet<string>): string {
  const base = column
    .normalize('NFKD')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 50);
  const stem = /^[a-z]/.test(base) ? base : `column_${base}`.replace(/_$/, '');
  let name = stem;
  for (let n = 2; taken.has(name); n += 1) name = `${stem}_${n}`;
  return name;
}

function personOf(profile: TableProfile, wanted: string | undefined): ColumnProfile {
  const { columns, keyCandidates } = profile;
  const named = (test: RegExp): ColumnProfile | undefined =>
    columns.find(({ name, present }) => present > 0 && test.test(name));
  const found =
    wanted === undefined
      ? (PERSON_NAMES.map(named).find((column) => column !== undefined) ??
        columns.find((column) => column.isIdentifier && keyCandidates.includes(column.name)))
      : columns.find(({ name }) => name === wanted);
  if (found) return found;
  const known = columns.map(({ name }) => name).join(', ');
  throw qualityErrors.QUALITY_PERSON_UNKNOWN({ known });
}

/** The edits of all findings on a column, joined. */
function editOf(column: ColumnProfile, findings: readonly Finding[]): FieldEdit {
  const edits = findings.flatMap(({ column: about, fix }) =>
    about === column.name && fix?.kind === 'mapping' && fix.edit.field ? [fix.edit.field] : [],
  );
  const missing = [...new Set(edits.flatMap((edit) => edit.missing ?? []))];
  const replace = Object.assign({}, ...edits.map((edit) => edit.replace ?? {})) as Record<string, string>;
  const joined = Object.assign({}, ...edits) as FieldEdit;
  return {
    ...joined,
    ...(missing.length > 0 ? { missing } : {}),
    ...(Object.keys(replace).length > 0 ? { replace } : {}),
  };
}

function draftField(column: ColumnProfile, findings: readonly Finding[], isId: boolean): DraftField {
  const { missing, replace, ...edit } = editOf(column, findings);
  const cleaning = { ...(missing ? { missing } : {}), ...(replace ? { replace } : {}) };
  const several = column.dateFormats.length > 1 && column.times !== null;
  const marked = column.kinds.some(({ value }) => value === 'formatted_number');
  const decided = edit.type ?? TYPE_OF[column.type] ?? 'text';
  // An id is a name, whatever it is made of; and what the importer could not read as one type it keeps as text.
  const type = isId || column.isIdentifier || several || (marked && decided !== 'timestamp') ? 'text' : decided;
  const format = edit.format ?? column.dateFormat;
  return { column: column.name, type, ...(type === 'timestamp' && format !== null ? { format } : {}), ...cleaning };
}

/** The name of an event from that of a file: `basket-lines` → `Basket Lines Row`. */
const eventName = (name: string): string =>
  `${name
    .split('-')
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')} Row`;

/**
 * A mapping file for a profiled table with every proposed fix in it, as the importer reads it: one message a row, an
 * `identify` when each row is one person, else a `track`. A draft to be looked at, not the last word.
 *
 * Throws  QUALITY_PERSON_UNKNOWN when no column names a person and none was named
 */
export function mappingDraft(profile: TableProfile, findings: readonly Finding[], options: DraftOptions): object {
  const person = personOf(profile, options.person);
  const dropped = new Set(
    findings.flatMap(({ column, fix }) =>
      fix?.kind === 'mapping' && fix.edit.drop && column !== null ? [column] : [],
    ),
  );
  const names = new Map<string, string>();
  const fields: Record<string, DraftField> = {};
  for (const column of profile.columns) {
    if (column.name === '' || (dropped.has(column.name) && column !== person)) continue;
    const name = fieldName(column.name, new Set(names.values()));
    names.set(column.name, name);
    fields[name] = draftField(column, findings, column === person);
  }
  const time =
    profile.columns.find(
      ({ name, type, missing }) =>
        fields[names.get(name) ?? '']?.type === 'timestamp' && type === 'instant' && missing.rows === 0,
    ) ??
    profile.columns.find(
      ({ name, missing }) => fields[names.get(name) ?? '']?.type === 'timestamp' && missing.rows === 0,
    );
  const eachOnce = person.distinct.exact
    ? person.distinct.count === profile.rows
    : profile.keyCandidates.includes(person.name);
  const key =
    findings.find(({ code }) => code === 'duplicate_keys')?.column ??
    profile.keyCandidates.find(
      (name) => name !== person.name && profile.columns.find((column) => column.name === name)?.isIdentifier,
    );
  const at = (column: string): { readonly field: string } => ({ field: names.get(column) ?? '' });
  const others = [...names].filter(([column]) => column !== person.name && column !== time?.name && column !== key);
  const values = Object.fromEntries(others.map(([column, field]) => [names.get(column) ?? field, { field }]));
  return {
    name: options.name,
    version: 1,
    description: `Draft from a profile of ${profile.rows} rows.`,
    format: 'table',
    createProfiles: true,
    match: { columns: [...names.keys()] },
    timeZone: 'UTC',
    fields,
    clean: [{ reason: `${names.get(person.name) ?? 'person'}_missing`, when: { ...at(person.name), missing: true } }],
    message: {
      type: eachOnce ? 'identify' : 'track',
      ...(eachOnce ? {} : { event: eventName(options.name) }),
      userId: at(person.name),
      ...(key !== undefined && names.has(key) ? { messageId: at(key) } : {}),
      ...(time && !eachOnce ? { timestamp: at(time.name) } : {}),
      ...(eachOnce ? { traits: values } : { properties: values }),
    },
  };
}

/** A draft as a mapping file's text, with what to look at on top. */
export function mappingText(draft: object, findings: readonly Finding[]): string {
  const notes = findings
    .filter(({ severity }) => severity !== 'note')
    .map(
      ({ column, message, severity }) =>
        `# ${severity}: ${column === null ? '' : `${column}: `}${message.replace(/\s+/g, ' ')}`,
    );
  const people = '# createProfiles: a row about somebody unknown makes a person; false leaves such rows out.';
  return [...notes, people, stringify(draft, { lineWidth: 120 })].join('\n');
}

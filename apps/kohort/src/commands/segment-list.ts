import { connect, type ConnectFlags } from '../client/connect';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { fileErrors } from '../files/file-errors';
import { readTable } from '../files/read-table';
import { writeCsv } from '../files/write-output';
import { count } from '../terminal/account';
import { progressView } from '../terminal/progress-bar';

/** What `kohort segments list` is told. */
export interface ListFlags extends ConnectFlags {
  readonly from: string;
  readonly column?: string;
  readonly type?: string;
  readonly name?: string;
  readonly remove?: boolean;
  readonly rejects?: string;
  readonly json?: boolean;
}

/** People of one call. */
const AT_ONCE = 1_000;

const CREATE = `mutation ($key: String!, $name: String!) { answer: createList(key: $key, name: $name) {
  __typename ... on Segment { key } ${FAILURE_FIELDS} } }`;
const EDIT = `mutation ($key: String!, $input: EditListInput!) { answer: editList(key: $key, input: $input) {
  __typename ... on ListEdit { added removed unresolved } ${FAILURE_FIELDS} } }`;

interface Edited extends MutationAnswer {
  readonly added: number;
  readonly removed: number;
  readonly unresolved: readonly string[];
}

async function valuesOf(flags: ListFlags): Promise<readonly string[]> {
  const table = await readTable(flags.from);
  const column = flags.column ?? table.header[0] ?? '';
  const place = table.header.indexOf(column);
  if (place < 0) throw fileErrors.FILE_NO_SUCH_COLUMN({ line: 1, column, columns: table.header.join(', ') });
  return [...new Set(table.rows.map((cells) => (cells[place] ?? '').trim()).filter((value) => value !== ''))];
}

/** Puts the people of a file on a list, made when there is none of that key, or takes them off it. */
export async function listFromFile(key: string, flags: ListFlags): Promise<void> {
  const values = await valuesOf(flags);
  const client = connect(flags);
  const view = progressView('list');
  const unresolved: string[] = [];
  const sums = { added: 0, removed: 0 };
  try {
    const { segment } = await client.query<{ segment: { kind: string } | null }>(
      'query ($key: String!) { segment(key: $key) { kind } }',
      { key },
    );
    if (segment === null && flags.remove !== true) {
      const { answer } = await client.query<{ answer: MutationAnswer }>(CREATE, { key, name: flags.name ?? key });
      payloadOf(answer, 'Segment');
    }
    for (let at = 0; at < values.length; at += AT_ONCE) {
      const some = values.slice(at, at + AT_ONCE);
      const input = { identifierType: flags.type ?? null, ...(flags.remove ? { remove: some } : { add: some }) };
      const { answer } = await client.query<{ answer: MutationAnswer }>(EDIT, { key, input });
      const done = payloadOf<Edited>(answer, 'ListEdit');
      sums.added += done.added;
      sums.removed += done.removed;
      unresolved.push(...done.unresolved);
      view.update({ phase: 'people', done: at + some.length, total: values.length });
    }
  } finally {
    view.end();
    await client.close();
  }
  if (flags.rejects !== undefined) {
    const rows = unresolved.map((value) => [value]);
    writeCsv(flags.rejects, [flags.column ?? 'value'], rows);
  }
  const report = {
    command: 'segments list',
    segment: key,
    people: values.length,
    ...sums,
    unresolved: unresolved.length,
  };
  const kept = flags.rejects === undefined ? ' (--rejects <file> keeps them)' : ` (in ${flags.rejects})`;
  const text = `  ${key}: ${count(sums.added)} added, ${count(sums.removed)} removed; ${count(unresolved.length)} of ${count(values.length)} name nobody${unresolved.length > 0 ? kept : ''}`;
  process.stdout.write(`${flags.json ? JSON.stringify(report) : text}\n`);
}

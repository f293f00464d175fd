import { field, type Mapping, type PreparedMember } from '@kohort/plugin-kit-sdk';
import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { toCsv } from '../../csv';
import type { Settings } from '../../settings';

const text = z.string().optional();

/** The columns that a mapping can fill. */
export const fields = z.object({
  profile_id: field(z.string().min(1), { label: 'Profile id', help: 'Our own id of the person.' }),
  user_id: field(text, { label: 'User id', help: 'The id of the person in your systems.' }),
  anonymous_id: field(text, { label: 'Anonymous id', help: 'Of a device or a visit.' }),
  email: field(text, { label: 'E-mail', help: 'The first address of the person.' }),
  phone: field(text, { label: 'Phone', help: 'The first number of the person.' }),
  traits: field(z.record(z.string(), z.json()).optional(), {
    label: 'Traits',
    help: 'Each mapped trait becomes a column of its own name.',
  }),
});

export type Fields = z.output<typeof fields>;

/** One column of the file. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'timestamp' | 'json';
}

const LEADING: readonly Column[] = [
  { name: 'action', type: 'string' },
  { name: 'segment_key', type: 'string' },
];
const TRAILING: readonly Column[] = [
  { name: 'change_version', type: 'integer' },
  { name: 'changed_at', type: 'timestamp' },
  { name: 'run_id', type: 'string' },
];

/** The mapped columns with the field that each shows; a trait named like another column is written as `trait_…`. */
function mappedColumns(mapping: Mapping): readonly { readonly column: Column; readonly field: string }[] {
  const taken = new Set([...LEADING, ...TRAILING].map((column) => column.name));
  for (const name of Object.keys(fields.shape)) taken.add(name);
  return Object.keys(mapping).map((name) => {
    if (!name.startsWith('traits.'))
      return { column: { name, type: name === 'traits' ? 'json' : 'string' }, field: name };
    const key = name.slice('traits.'.length);
    return { column: { name: taken.has(key) ? `trait_${key}` : key, type: 'json' }, field: name };
  });
}

/** Columns in an order that depends on the mapping alone, so that every part of every run has the same. */
export function columnsOf(mapping: Mapping): readonly Column[] {
  return [...LEADING, ...mappedColumns(mapping).map(({ column }) => column), ...TRAILING];
}

function valueOf(field: string, item: Fields): Json | undefined {
  if (field.startsWith('traits.')) return item.traits?.[field.slice('traits.'.length)];
  const flat: Readonly<Record<string, Json | undefined>> = item;
  return flat[field];
}

/** The rows of one part, as the text of its file. The same members give the same bytes. */
export function toPart(
  members: readonly PreparedMember<Fields>[],
  about: { readonly mapping: Mapping; readonly segmentKey: string; readonly runId: string },
  settings: Settings,
): string {
  const columns = columnsOf(about.mapping);
  const mapped = mappedColumns(about.mapping);
  const rows = members.map((member): (Json | undefined)[] => [
    member.operation,
    about.segmentKey,
    ...mapped.map(({ field: name }) => valueOf(name, member.item)),
    member.changeVersion,
    new Date(member.changedAt).toISOString(),
    about.runId,
  ]);
  if (settings.format === 'csv') return toCsv([columns.map((column) => column.name), ...rows], settings);
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]))),
  );
  return lines.map((line) => `${line}\n`).join('');
}

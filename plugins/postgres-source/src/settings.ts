import { field, secret } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';

const column = z.string().min(1).max(63);

export const settings = z
  .strictObject({
    host: field(z.string().min(1).max(253), { label: 'Host', help: 'Name or address of the server.' }),
    port: field(z.number().int().min(1).max(65_535).default(5_432), { label: 'Port', help: 'Usually 5432.' }),
    database: field(z.string().min(1).max(63), { label: 'Database', help: 'Name of the database.' }),
    user: field(z.string().min(1).max(63), { label: 'User', help: 'A login that may read, and need not do more.' }),
    password: secret(z.string().min(1).optional(), { label: 'Password', help: 'Of this user.' }),
    tls: field(z.enum(['verify', 'encrypt', 'off']).default('verify'), {
      label: 'TLS',
      help: 'verify: encrypted and the certificate is checked; encrypt: not checked; off: clear text.',
    }),
    tlsCa: field(z.string().min(1).optional(), {
      label: 'Certificate authority',
      help: 'PEM text, when the server’s certificate is not signed by a public authority.',
    }),
    table: field(z.string().min(1).max(200).optional(), {
      label: 'Table',
      help: 'As schema.table, or table alone for the schema public. A view will do. This, or a query.',
    }),
    query: field(z.string().min(1).max(20_000).optional(), {
      label: 'Query',
      help: 'One select, without a semicolon; it is read in a transaction that may not write.',
    }),
    keyColumns: field(z.array(column).max(8).default([]), {
      label: 'Key columns',
      help: 'Columns that name a record together; the primary key of the table when empty.',
    }),
    cursorColumn: field(column.optional(), {
      label: 'Cursor column',
      help: 'A column that only rises, such as updated_at or a sequence: later pulls read what is behind it.',
    }),
    lagSeconds: field(z.number().int().min(0).max(86_400).default(0), {
      label: 'Lag',
      help: 'With a time as cursor: records younger than this are left for the next pull.',
    }),
    overlap: field(z.number().int().min(0).max(10_000_000).default(0), {
      label: 'Overlap',
      help: 'Each pull begins so far behind the last position: seconds of a time, steps of a number.',
    }),
    mirror: field(z.boolean().default(false), {
      label: 'Mirror',
      help: 'Every pull reads the whole table; a record that no longer comes says what `removal` of the mapping names.',
    }),
    mirrorMaxGoneShare: field(z.number().min(0).max(1).default(0.5), {
      label: 'Most that may be gone',
      help: 'As a mirror: when more than this share of the known records is missing at once (0 to 1), nothing is taken back and the pull fails.',
    }),
    statementTimeoutMs: field(z.number().int().min(100).max(600_000).default(60_000), {
      label: 'Time limit of a statement',
      help: 'In milliseconds; the server ends what takes longer.',
    }),
  })
  .refine((given) => (given.table === undefined) !== (given.query === undefined), {
    message: 'give a table or a query',
    path: ['table'],
  })
  .refine((given) => !given.mirror || given.cursorColumn === undefined, {
    message: 'a mirror reads everything each time: leave the cursor column out',
    path: ['mirror'],
  });

export type Settings = z.output<typeof settings>;

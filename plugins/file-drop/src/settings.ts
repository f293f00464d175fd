import { field } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';

const prefix = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/, 'must be folder names joined by /')
  .max(200);

export const settings = z.strictObject({
  prefix: field(prefix.default('audiences'), {
    label: 'Folder',
    help: 'Below the folder for files of this installation; made when it is not there.',
  }),
  format: field(z.enum(['csv', 'ndjson']).default('csv'), {
    label: 'Format',
    help: 'CSV by RFC 4180, or one JSON object a line.',
  }),
  delimiter: field(z.enum([',', ';', '|', '\t']).default(','), {
    label: 'Delimiter',
    help: 'Between the cells of a CSV row.',
  }),
  quoteAll: field(z.boolean().default(false), {
    label: 'Quote every cell',
    help: 'Otherwise only cells that need it, and empty text.',
  }),
  formulaGuard: field(z.boolean().default(true), {
    label: 'Guard against formulas',
    help: "Puts ' before text that a spreadsheet would run. Turn off only for machines that read the file.",
  }),
  gzip: field(z.boolean().default(false), {
    label: 'Compress',
    help: 'Writes .gz files.',
  }),
});

export type Settings = z.output<typeof settings>;

import { field, secret } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';

export const settings = z.strictObject({
  endpoint: field(z.url({ protocol: /^https?$/ }).optional(), {
    label: 'Endpoint',
    help: 'Address of the service; that of AWS in the region when empty.',
  }),
  region: field(z.string().min(1).max(60).default('us-east-1'), { label: 'Region', help: 'As the service names it.' }),
  bucket: field(z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'), {
    label: 'Bucket',
    help: 'Name of the bucket.',
  }),
  prefix: field(z.string().max(500).default(''), { label: 'Prefix', help: 'Only objects whose keys begin so.' }),
  pattern: field(z.string().min(1).max(200).optional(), {
    label: 'Pattern',
    help: '* within a folder, ** across folders, ? one character; for example exports/**/*.csv.gz.',
  }),
  accessKeyId: secret(z.string().min(1).max(200), { label: 'Access key', help: 'Id of a key that may list and read.' }),
  secretAccessKey: secret(z.string().min(1).max(500), { label: 'Secret key', help: 'The key itself.' }),
  sessionToken: secret(z.string().min(1).max(4_000).optional(), {
    label: 'Session token',
    help: 'For temporary credentials.',
  }),
  pathStyle: field(z.boolean().default(false), {
    label: 'Path style',
    help: 'https://host/bucket/key instead of https://bucket.host/key; most services beside AWS want it.',
  }),
  maxObjects: field(z.number().int().min(1).max(10_000).default(1_000), {
    label: 'Objects a pull',
    help: 'At most so many new objects are read by one pull; the next one goes on.',
  }),
  lagSeconds: field(z.number().int().min(0).max(86_400).default(5), {
    label: 'Lag',
    help: 'Objects younger than this are left for the next pull: times of a bucket are full seconds.',
  }),
  overlapSeconds: field(
    z
      .number()
      .int()
      .min(0)
      .max(7 * 86_400)
      .default(3_600),
    {
      label: 'Overlap',
      help: 'An upload in parts carries the time of its beginning: so far back is looked for objects not seen yet.',
    },
  ),
});

export type Settings = z.output<typeof settings>;

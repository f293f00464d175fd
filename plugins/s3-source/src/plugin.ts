import { defineSource } from '@kohort/plugin-kit-sdk';
import manifest from '../plugin.json';
import { check, discover } from './check';
import { bucketClient } from './client';
import { newFiles } from './files';
import { settings } from './settings';

/** Objects of an S3-compatible bucket as a source. */
export const source = defineSource({
  manifest,
  settings,
  check,
  discover,
  open(given, host) {
    const client = bucketClient(given, host);
    return Promise.resolve({
      kind: 'files',
      files: (from) => newFiles({ client, settings: given, host }, from),
      close: () => Promise.resolve(),
    });
  },
});

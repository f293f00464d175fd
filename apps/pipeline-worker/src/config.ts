import { z } from 'zod';
import {
  dedupeSettings,
  defineConfig,
  engineSettings,
  importSettings,
  required,
  workerSettings,
  type ConfigOf,
  quarantineSettings,
} from '@kohort/kernel-config';

/** Every setting of the pipeline worker. */
export const config = defineConfig({
  ...workerSettings,
  MIGRATIONS_DATABASE_URL: {
    ...engineSettings.DATABASE_URL,
    help: 'PostgreSQL as the owner of the schema: this worker then migrates at its start; without it the database must be of this release',
  },
  KOHORT_SUPPRESSION_KEY: required<string>(engineSettings.KOHORT_SUPPRESSION_KEY),
  KOHORT_SUPPRESSION_KEY_PREVIOUS: engineSettings.KOHORT_SUPPRESSION_KEY_PREVIOUS,
  CLICKHOUSE_URL: {
    ...required<string>(engineSettings.CLICKHOUSE_URL),
    help: 'ClickHouse or `kohort door`, with user and password of the loader',
  },
  CLICKHOUSE_QUERY_URL: engineSettings.CLICKHOUSE_QUERY_URL,
  KOHORT_HEAP_MB: engineSettings.KOHORT_HEAP_MB,
  ...importSettings,
  ...quarantineSettings,
  ...dedupeSettings,
  KOHORT_KEY_PEPPER: engineSettings.KOHORT_KEY_PEPPER,
  KOHORT_EGRESS_ALLOW: engineSettings.KOHORT_EGRESS_ALLOW,
  KOHORT_MAPPINGS: {
    type: z.string().optional(),
    default: undefined,
    audience: 'server',
    help: 'folder of mappings (*.yaml) that imports may name; a mapping may also come with the import itself',
  },
});

/**
 * The environment, parsed once.
 *
 * Throws  CONFIG_INVALID with every problem
 */
export function readConfig(): ConfigOf<typeof config.settings> {
  return config.parse(process.env);
}

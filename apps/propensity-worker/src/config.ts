import { defineConfig, engineSettings, required, workerSettings, type ConfigOf } from '@kohort/kernel-config';

/** Every setting of the propensity worker. */
export const config = defineConfig({
  ...workerSettings,
  CLICKHOUSE_URL: {
    ...required<string>(engineSettings.CLICKHOUSE_URL),
    help: 'ClickHouse or `kohort door`, with user and password of the loader',
  },
  CLICKHOUSE_QUERY_URL: engineSettings.CLICKHOUSE_QUERY_URL,
  KOHORT_HEAP_MB: engineSettings.KOHORT_HEAP_MB,
});

/**
 * The environment, parsed once.
 *
 * Throws  CONFIG_INVALID with every problem
 */
export function readConfig(): ConfigOf<typeof config.settings> {
  return config.parse(process.env);
}

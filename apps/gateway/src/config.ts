import { z } from 'zod';
import {
  booleanText,
  dedupeSettings,
  defineConfig,
  engineSettings,
  integerText,
  required,
  workerSettings,
  type ConfigOf,
} from '@kohort/kernel-config';

/** Every setting of the gateway. */
export const config = defineConfig({
  DATABASE_URL: workerSettings.DATABASE_URL,
  KOHORT_KEY_PEPPER: required<string>(engineSettings.KOHORT_KEY_PEPPER),
  KOHORT_SUPPRESSION_KEY: required<string>(engineSettings.KOHORT_SUPPRESSION_KEY),
  KOHORT_SUPPRESSION_KEY_PREVIOUS: engineSettings.KOHORT_SUPPRESSION_KEY_PREVIOUS,
  KOHORT_PORT: engineSettings.KOHORT_PORT,
  KOHORT_HOST: {
    type: z.string().min(1),
    default: '127.0.0.1',
    audience: 'server',
    help: 'address to listen on; 0.0.0.0 behind a proxy that ends TLS',
  },
  KOHORT_PRODUCTION: {
    type: booleanText,
    default: true,
    audience: 'server',
    help: 'turns introspection and the explorer off',
  },
  KOHORT_ARTIFACTS: workerSettings.KOHORT_ARTIFACTS,
  KOHORT_SPOOL: {
    type: z.string(),
    default: '.kohort/spool',
    audience: 'server',
    help: 'folder of this process alone, on a lasting disk, for events that come while PostgreSQL is away (meant for up to a minute); empty: such events are refused with 503',
  },
  KOHORT_SPOOL_MB: {
    type: integerText(1, 1_000_000),
    default: 256,
    audience: 'server',
    help: 'most megabytes in the spool; from four fifths on senders are told to come later',
  },
  ...dedupeSettings,
  KOHORT_EVENTS_PER_KEY: {
    type: integerText(0, 10_000_000),
    default: 0,
    audience: 'server',
    help: 'events a second that one write key may send, with a burst of ten seconds; 0: no limit but the fair share',
  },
  CLICKHOUSE_URL: {
    ...engineSettings.CLICKHOUSE_URL,
    help: 'the column store, with user and password of the loader, for previews of segments; without it they are refused',
  },
  CLICKHOUSE_QUERY_URL: engineSettings.CLICKHOUSE_QUERY_URL,
  KOHORT_MAX_CONNECTIONS: workerSettings.KOHORT_MAX_CONNECTIONS,
  KOHORT_LOG_LEVEL: workerSettings.KOHORT_LOG_LEVEL,
});

/**
 * The environment, parsed once.
 *
 * Throws  CONFIG_INVALID with every problem
 */
export function readConfig(): ConfigOf<typeof config.settings> {
  return config.parse(process.env);
}

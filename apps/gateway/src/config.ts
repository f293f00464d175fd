import { z } from 'zod';
import {
  booleanText,
  defineConfig,
  engineSettings,
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

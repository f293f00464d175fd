import { z } from 'zod';
import { defineConfig, engineSettings, required, workerSettings, type ConfigOf } from '@kohort/kernel-config';

/** Every setting of the sync worker. */
export const config = defineConfig({
  ...workerSettings,
  KOHORT_KEY_PEPPER: required<string>(engineSettings.KOHORT_KEY_PEPPER),
  KOHORT_FILES: {
    type: z.string().optional(),
    default: undefined,
    audience: 'server',
    help: 'folder below which connectors may write files; they may not when absent',
  },
  KOHORT_EGRESS_ALLOW: engineSettings.KOHORT_EGRESS_ALLOW,
});

/**
 * The environment, parsed once.
 *
 * Throws  CONFIG_INVALID with every problem
 */
export function readConfig(): ConfigOf<typeof config.settings> {
  return config.parse(process.env);
}

import { z } from 'zod';
import {
  dedupeSettings,
  defineConfig,
  engineSettings,
  importSettings,
  type ConfigOf,
  quarantineSettings,
} from '@kohort/kernel-config';

/** Every setting of the command line and of solo. `kohort doctor --settings` prints them. */
export const kohortConfig = defineConfig({
  ...engineSettings,
  ...importSettings,
  ...quarantineSettings,
  ...dedupeSettings,
  KOHORT_HOME: {
    type: z.string().min(1),
    default: '.kohort',
    audience: 'server',
    help: 'folder of solo: database, column store, artifacts, keys',
  },
  KOHORT_URL: {
    type: z.string().optional(),
    default: undefined,
    audience: 'server',
    help: 'address of the running Kohort that commands talk to',
  },
  KOHORT_API_KEY: {
    type: z.string().optional(),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'API key of the commands',
  },
  KOHORT_DOOR_ADMIN_KEY: {
    type: z.string().min(16).optional(),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'key of the loader, for `kohort door` as a process of its own',
  },
  KOHORT_DOOR_QUERY_KEY: {
    type: z.string().min(16).optional(),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'key of the read-only user, for `kohort door` as a process of its own',
  },
  KOHORT_DATA_DIR: {
    type: z.string().optional(),
    default: undefined,
    audience: 'server',
    help: 'folder of the data sets that tests read',
  },
});

export type KohortConfig = ConfigOf<typeof kohortConfig.settings>;

/** What holds where the environment says nothing. */
export function defaultConfig(): KohortConfig {
  return kohortConfig.parse({});
}

/**
 * The environment, parsed once.
 *
 * Throws  CONFIG_INVALID with every problem
 */
export function readConfig(): KohortConfig {
  return kohortConfig.parse(process.env);
}

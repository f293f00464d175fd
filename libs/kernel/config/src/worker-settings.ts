import { z } from 'zod';
import { integerText, required, type ConfigOf, type Setting } from './define-config';
import { engineSettings } from './engine-settings';

/** What every process of a cluster reads: its engines by address, and where it tells how it is. */
export const workerSettings = {
  DATABASE_URL: {
    ...required<string>(engineSettings.DATABASE_URL),
    help: 'PostgreSQL, as a login that may take the roles kohort_app and kohort_relay and owns nothing',
  },
  REDIS_URL: engineSettings.REDIS_URL,
  KOHORT_ARTIFACTS: {
    ...engineSettings.KOHORT_ARTIFACTS,
    help: 'folder of uploads and model artifacts; the same one in every process (a shared volume)',
  },
  KOHORT_LOG_LEVEL: engineSettings.KOHORT_LOG_LEVEL,
  KOHORT_MAX_CONNECTIONS: {
    type: integerText(2, 500),
    default: 20,
    audience: 'server',
    help: 'most connections of this process to PostgreSQL',
  },
  KOHORT_HEALTH_PORT: {
    type: integerText(0, 65_535),
    default: 0,
    audience: 'server',
    help: 'port of /health/live, /health/ready and /metrics; 0 takes a free one and says which in the log',
  },
  KOHORT_HEALTH_HOST: {
    type: z.string().min(1),
    default: '127.0.0.1',
    audience: 'server',
    help: 'address that health and metrics listen on',
  },
} as const satisfies Record<string, Setting<unknown>>;

export type WorkerConfig = ConfigOf<typeof workerSettings>;

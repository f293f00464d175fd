import { z } from 'zod';
import { integerText, type Setting } from './define-config';

const url = (...protocols: readonly string[]): z.ZodType<string> =>
  z
    .string()
    .refine(
      (text) => protocols.some((protocol) => text.startsWith(`${protocol}://`)),
      `must begin with ${protocols.join(':// or ')}://`,
    );

const optional = <T>(type: z.ZodType<T>): z.ZodType<T | undefined> => type.optional();

/** Settings that several processes have in common; each app's config.ts picks what it reads. */
export const engineSettings = {
  DATABASE_URL: {
    type: optional(url('postgres', 'postgresql')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'PostgreSQL, as a login that may take the roles kohort_app and kohort_relay; embedded when absent (solo)',
  },
  REDIS_URL: {
    type: optional(url('redis', 'rediss')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'Redis of the queues (noeviction, AOF); the queues live in PostgreSQL when absent',
  },
  CLICKHOUSE_URL: {
    type: optional(url('http', 'https')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'ClickHouse or `kohort door`, with user and password of the loader; embedded when absent (solo)',
  },
  CLICKHOUSE_QUERY_URL: {
    type: optional(url('http', 'https')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'the same server with user and password of the read-only user; CLICKHOUSE_URL when absent',
  },
  KOHORT_ARTIFACTS: {
    type: z.string(),
    default: '.kohort/artifacts',
    audience: 'server',
    help: 'folder of uploads and model artifacts',
  },
  KOHORT_LOG_LEVEL: {
    type: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    default: 'info',
    audience: 'server',
    help: 'lines below this level are not written: debug, info, warn, error, silent',
  },
  KOHORT_KEY_PEPPER: {
    type: optional(z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits, as `openssl rand -hex 32` gives')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'secret, as hex, under which digests of keys, cursors and stored credentials are made; the same in every process, `pepper` in solo.json',
  },
  KOHORT_SUPPRESSION_KEY: {
    type: optional(z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits, as `openssl rand -hex 32` gives')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'secret, as hex, under which the suppression list is kept; apart from the pepper, the same in gateway and pipeline worker, `suppressionKey` in solo.json',
  },
  KOHORT_SUPPRESSION_KEY_PREVIOUS: {
    type: optional(z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')),
    default: undefined,
    secret: true,
    audience: 'server',
    help: 'the secret before KOHORT_SUPPRESSION_KEY: needed as long as entries made under it are kept',
  },
  KOHORT_EGRESS_ALLOW: {
    type: z.string().transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    ),
    default: [],
    audience: 'server',
    help: 'host:port pairs that destinations, imports and sources may reach although they are private or not https (tests, demos)',
  },
  KOHORT_PORT: {
    type: integerText(0, 65_535),
    default: 4_000,
    audience: 'server',
    help: 'port of the API; 0 takes a free one',
  },
  KOHORT_HEAP_MB: {
    type: integerText(64, 65_536),
    default: 1_024,
    audience: 'server',
    help: 'heap of one computing thread, in MB',
  },
} as const satisfies Record<string, Setting<unknown>>;

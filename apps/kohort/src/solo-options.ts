import { join } from 'node:path';
import { importLimits } from '@kohort/hosts-pipeline';
import { columnAddress, suppressionKeysOf } from '@kohort/hosts-runtime';
import type { SoloOptions } from '@kohort/hosts-solo';
import type { Logger } from '@kohort/kernel-telemetry';
import type { KohortConfig } from './config';
import { loadBuiltInMappings } from './files/mappings';

/** The built bundle starts itself as `kohort door`; thread entries stand beside it. */
const BUNDLE = join(__dirname, 'main.cjs');

/** Solo's options from the configuration and what the command decides. */
export function soloOptions(
  config: KohortConfig,
  decided: Pick<SoloOptions, 'homeDir' | 'port' | 'onFatal'> & {
    readonly logger: Logger;
    readonly egressAllow?: readonly string[];
    readonly filesDir?: string;
  },
): SoloOptions {
  const { CLICKHOUSE_URL: clickhouse, CLICKHOUSE_QUERY_URL: query } = config;
  return {
    ...decided,
    egressAllow: [...config.KOHORT_EGRESS_ALLOW, ...(decided.egressAllow ?? [])],
    suppressionKeys: suppressionKeysOf(config),
    doorCommand: { command: process.execPath, args: [BUNDLE] },
    threadsDir: __dirname,
    mappings: loadBuiltInMappings(),
    importLimits: importLimits(config),
    quarantineDays: config.KOHORT_QUARANTINE_DAYS,
    dedupeDays: config.KOHORT_DEDUPE_DAYS,
    heapLimitMb: config.KOHORT_HEAP_MB,
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    columns: clickhouse === undefined ? undefined : columnAddress(clickhouse, query),
  };
}

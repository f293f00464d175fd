import { startGatewayProcess } from '@kohort/hosts-gateway';
import { columnAddress, runApp, suppressionKeysOf } from '@kohort/hosts-runtime';
import { joinSupervisor } from '@kohort/hosts-supervisor';
import { config, readConfig } from './config';

const MEGABYTE = 1_048_576;

/** The gateway itself: behind the supervisor of `main.ts`, or on its own when it is started by hand. */
const worker = joinSupervisor();

void runApp({
  service: 'gateway',
  readConfig,
  print: config.print,
  calls: worker ? (ask) => worker.calls(ask) : undefined,
  start: async (settings, { logger }) => {
    const running = await startGatewayProcess({
      databaseUrl: settings.DATABASE_URL,
      artifactsDir: settings.KOHORT_ARTIFACTS,
      maxConnections: settings.KOHORT_MAX_CONNECTIONS,
      columns:
        settings.CLICKHOUSE_URL === undefined
          ? undefined
          : columnAddress(settings.CLICKHOUSE_URL, settings.CLICKHOUSE_QUERY_URL),
      port: settings.KOHORT_PORT,
      host: settings.KOHORT_HOST,
      pepper: Buffer.from(settings.KOHORT_KEY_PEPPER, 'hex'),
      suppressionKeys: suppressionKeysOf(settings),
      production: settings.KOHORT_PRODUCTION,
      door: {
        dedupeDays: settings.KOHORT_DEDUPE_DAYS,
        admission: { perKey: settings.KOHORT_EVENTS_PER_KEY },
        ...(settings.KOHORT_SPOOL === ''
          ? {}
          : {
              spool: {
                dir: settings.KOHORT_SPOOL,
                limitBytes: settings.KOHORT_SPOOL_MB * MEGABYTE,
                keeper: worker?.entrance.keeper,
              },
            }),
      },
      entrance: worker?.entrance,
      logger,
    });
    worker?.ready();
    return running;
  },
}).then((code) => {
  process.exitCode = code;
  worker?.part();
});

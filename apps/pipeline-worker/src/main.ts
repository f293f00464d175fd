import { importLimits, startPipelineWorker } from '@kohort/hosts-pipeline';
import { columnsOf, runApp, suppressionKeysOf, workerOptions } from '@kohort/hosts-runtime';
import { config, readConfig } from './config';

void runApp({
  service: 'pipeline-worker',
  readConfig,
  print: config.print,
  start: (settings, parts) =>
    startPipelineWorker({
      ...workerOptions(settings, parts),
      columns: columnsOf(settings),
      suppressionKeys: suppressionKeysOf(settings),
      migrationsUrl: settings.MIGRATIONS_DATABASE_URL,
      mappingsDir: settings.KOHORT_MAPPINGS,
      importLimits: importLimits(settings),
      threadsDir: __dirname,
      heapLimitMb: settings.KOHORT_HEAP_MB,
      quarantineDays: settings.KOHORT_QUARANTINE_DAYS,
      dedupeDays: settings.KOHORT_DEDUPE_DAYS,
      secretKeys: settings.KOHORT_KEY_PEPPER === undefined ? [] : [Buffer.from(settings.KOHORT_KEY_PEPPER, 'hex')],
      egressAllow: settings.KOHORT_EGRESS_ALLOW,
    }),
}).then((code) => {
  process.exitCode = code;
});

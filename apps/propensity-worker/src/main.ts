import { startPropensityWorker } from '@kohort/hosts-propensity';
import { columnsOf, runApp, workerOptions } from '@kohort/hosts-runtime';
import { config, readConfig } from './config';

void runApp({
  service: 'propensity-worker',
  readConfig,
  print: config.print,
  start: (settings, parts) =>
    startPropensityWorker({
      ...workerOptions(settings, parts),
      columns: columnsOf(settings),
      threadsDir: __dirname,
      heapLimitMb: settings.KOHORT_HEAP_MB,
    }),
}).then((code) => {
  process.exitCode = code;
});

import { startClusteringWorker } from '@kohort/hosts-clustering';
import { columnsOf, runApp, workerOptions } from '@kohort/hosts-runtime';
import { config, readConfig } from './config';

void runApp({
  service: 'clustering-worker',
  readConfig,
  print: config.print,
  start: (settings, parts) =>
    startClusteringWorker({
      ...workerOptions(settings, parts),
      columns: columnsOf(settings),
      threadsDir: __dirname,
      heapLimitMb: settings.KOHORT_HEAP_MB,
    }),
}).then((code) => {
  process.exitCode = code;
});

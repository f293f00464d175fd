import { runApp, workerOptions } from '@kohort/hosts-runtime';
import { startSyncWorker } from '@kohort/hosts-sync';
import { config, readConfig } from './config';

void runApp({
  service: 'sync-worker',
  readConfig,
  print: config.print,
  start: (settings, parts) =>
    startSyncWorker({
      ...workerOptions(settings, parts),
      secretKeys: [Buffer.from(settings.KOHORT_KEY_PEPPER, 'hex')],
      filesDir: settings.KOHORT_FILES ?? null,
      egressAllow: settings.KOHORT_EGRESS_ALLOW,
    }),
}).then((code) => {
  process.exitCode = code;
});

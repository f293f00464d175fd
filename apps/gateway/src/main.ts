import { join } from 'node:path';
import { runApp, signalCalls } from '@kohort/hosts-runtime';
import { supervise } from '@kohort/hosts-supervisor';
import { config, readConfig } from './config';

/**
 * What is started: a small process that listens, and keeps the gateway (`serve.ts`) behind the socket. SIGHUP puts a new
 * gateway in the place of the old one; with a terminal it means that the terminal is gone, and ends.
 */
const isForeground = process.stdout.isTTY;

void runApp({
  service: 'gateway',
  readConfig,
  print: config.print,
  calls: signalCalls(isForeground ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM']),
  start: async (settings, { logger }) => {
    let roll: () => void = () => undefined;
    // Also while it starts: left alone, the signal would end the process.
    if (!isForeground) process.on('SIGHUP', () => roll());
    const supervised = await supervise({
      name: 'gateway',
      entry: join(__dirname, 'serve.cjs'),
      port: settings.KOHORT_PORT,
      host: settings.KOHORT_HOST,
      folder: settings.KOHORT_SPOOL === '' ? undefined : settings.KOHORT_SPOOL,
      logger,
    });
    roll = () => supervised.roll();
    return supervised;
  },
}).then((code) => {
  process.exitCode = code;
});

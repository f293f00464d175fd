import { startGatewayProcess } from '@kohort/hosts-gateway';
import { runApp, suppressionKeysOf } from '@kohort/hosts-runtime';
import { config, readConfig } from './config';

void runApp({
  service: 'gateway',
  readConfig,
  print: config.print,
  start: (settings, { logger }) =>
    startGatewayProcess({
      databaseUrl: settings.DATABASE_URL,
      artifactsDir: settings.KOHORT_ARTIFACTS,
      maxConnections: settings.KOHORT_MAX_CONNECTIONS,
      port: settings.KOHORT_PORT,
      host: settings.KOHORT_HOST,
      pepper: Buffer.from(settings.KOHORT_KEY_PEPPER, 'hex'),
      suppressionKeys: suppressionKeysOf(settings),
      production: settings.KOHORT_PRODUCTION,
      logger,
    }),
}).then((code) => {
  process.exitCode = code;
});

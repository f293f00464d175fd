import { openLogger, runProcess } from '@kohort/hosts-runtime';
import { startSolo } from '@kohort/hosts-solo';
import { readConfig } from '../config';
import { soloOptions } from '../solo-options';
import { addresses } from './addresses';

/** What `kohort start` is told. */
export interface StartFlags {
  readonly port?: number;
}

/** Runs solo on the folder of the settings until it is stopped. */
export async function runStart(flags: StartFlags): Promise<void> {
  const config = readConfig();
  const logger = openLogger({ service: 'kohort', level: config.KOHORT_LOG_LEVEL });
  process.exitCode = await runProcess(logger, async (end) => {
    const onFatal = (reason: string): void => {
      logger.error(reason);
      end();
    };
    const solo = await startSolo(
      soloOptions(config, { homeDir: config.KOHORT_HOME, port: flags.port ?? config.KOHORT_PORT, logger, onFatal }),
    );
    process.stdout.write(
      `Kohort is up.\n${addresses(solo.url)}\n  API key           ${solo.home.apiKey}\n  Write key         ${solo.home.writeKey}\n`,
    );
    return solo;
  });
}

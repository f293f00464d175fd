import { toAppError } from '@kohort/kernel-errors';
import type { LogLevel, Logger } from '@kohort/kernel-telemetry';
import { openLogger } from '@kohort/platform-telemetry';
import { runProcess, type Calls, type Running } from './run-process';

/** An app: its name, its configuration, and the host that it starts. */
export interface App<C> {
  readonly service: string;
  /** Reads the environment. Throws CONFIG_INVALID with every problem. */
  readonly readConfig: () => C;
  /** The settings as lines, secrets blanked. */
  readonly print: (config: C) => readonly string[];
  /** `end` asks the process to end with a failure: it cannot go on. */
  readonly start: (config: C, parts: { readonly logger: Logger; readonly end: () => void }) => Promise<Running>;
  /** Who tells it to end; signals when absent. */
  readonly calls?: Calls | undefined;
}

/** Exit code for a configuration that cannot be used: starting anew does not help. */
const BAD_CONFIGURATION = 2;

/**
 * The whole of an app's main: configuration, log, start, drain on a signal.
 *
 * Shape   resolves with the exit code: 0 stopped as asked, 1 failed, 2 configuration
 */
export async function runApp<C extends { readonly KOHORT_LOG_LEVEL: LogLevel | 'silent' }>(
  app: App<C>,
): Promise<number> {
  let config: C;
  try {
    config = app.readConfig();
  } catch (thrown) {
    const error = toAppError(thrown, 'reading the configuration');
    openLogger({ service: app.service, level: 'error' }).error(error.message, { code: error.code, kind: error.kind });
    return BAD_CONFIGURATION;
  }
  const logger = openLogger({ service: app.service, level: config.KOHORT_LOG_LEVEL });
  logger.info(`settings: ${app.print(config).join(' ')}`);
  return runProcess(logger, (end) => app.start(config, { logger, end }), app.calls);
}

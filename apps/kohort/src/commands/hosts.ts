import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { runDoorChild, startDoor } from '@kohort/hosts-columns-door';
import { openLogger, runProcess } from '@kohort/hosts-runtime';
import { startSolo } from '@kohort/hosts-solo';
import { readConfig } from '../config';
import { runDemo, type DemoOptions, type RunningDemo } from '../demo/run-demo';
import { soloOptions } from '../solo-options';
import { reportFailure } from '../terminal/outcome';
import { wholeNumber } from './options';

function addresses(url: string): string {
  return [
    `  GraphQL explorer  ${url}/graphiql`,
    `  GraphQL           ${url}/graphql`,
    `  Ingest            ${url}/v1`,
    `  Health            ${url}/health/ready`,
  ].join('\n');
}

/** `kohort start`: solo on a folder, until it is stopped. */
export function startCommand(): Command {
  return new Command('start')
    .description(
      'run Kohort in one process, with embedded engines where none is given by DATABASE_URL, REDIS_URL, CLICKHOUSE_URL',
    )
    .option('--port <number>', 'port of the API; KOHORT_PORT when absent', wholeNumber)
    .action(async (flags: { readonly port?: number }) => {
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
    });
}

/** Exit code of a demo that a signal ended before its story did. */
const INTERRUPTED = 130;

function staysUp({ solo }: RunningDemo): string {
  const key = `  API key           ${solo.home.apiKey}`;
  return `\nKohort stays up; Ctrl-C ends it and removes its data.\n${addresses(solo.url)}\n${key}\n`;
}

interface DemoFlags {
  readonly exit?: boolean;
  readonly data?: string;
  readonly mapping?: string;
  readonly customers: number;
  readonly seed: number;
  readonly port: number;
}

/** `kohort demo`: the main job from an empty folder, told as it goes. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'import, identity, features, clusters, predictions, segments, syncs and a live event, on a temporary solo',
    )
    .option('--exit', 'leave after the account instead of staying up')
    .option('--data <path>', 'file or folder of real data; a built-in seeded shop when absent')
    .option('--mapping <file or name>', 'how its columns become messages; chosen by the header when absent')
    .option('--customers <number>', 'size of the built-in shop', wholeNumber, 20_000)
    .option('--seed <number>', 'seed of the built-in shop', wholeNumber, 1)
    .option('--port <number>', 'port of the API; a free one when absent', wholeNumber, 0)
    .action(async (flags: DemoFlags) => {
      const config = readConfig();
      const logger = openLogger({
        service: 'kohort-demo',
        level: config.KOHORT_LOG_LEVEL === 'info' ? 'warn' : config.KOHORT_LOG_LEVEL,
      });
      let failure: unknown;
      let isInterrupted = false;
      const code = await runProcess(logger, async (end) => {
        const over = new AbortController();
        const start: DemoOptions['start'] = (homeDir, egressAllow, filesDir) =>
          startSolo(soloOptions(config, { homeDir, port: flags.port, logger, egressAllow, filesDir, onFatal: end }));
        // Not waited for here: a signal must be able to end the demo in the middle of its story.
        const told = runDemo({ ...flags, signal: over.signal, start }).then(
          (demo) => {
            if (flags.exit) process.kill(process.pid, 'SIGTERM');
            else process.stdout.write(staysUp(demo));
            return demo;
          },
          (thrown: unknown) => {
            isInterrupted = over.signal.aborted;
            if (!isInterrupted) failure = thrown;
            end();
            return undefined;
          },
        );
        return {
          async stop() {
            over.abort();
            await (await told)?.stop();
          },
        };
      });
      if (failure !== undefined) process.exitCode = reportFailure(failure, false);
      else process.exitCode = isInterrupted ? INTERRUPTED : code;
    });
}

interface DoorFlags {
  readonly data: string;
  readonly port: number;
  readonly child?: boolean;
}

/** `kohort door`: the embedded ClickHouse engine behind its HTTP protocol, as a process of its own. */
export function doorCommand(): Command {
  return new Command('door')
    .description(
      'serve the embedded ClickHouse engine on loopback; keys from KOHORT_DOOR_ADMIN_KEY and KOHORT_DOOR_QUERY_KEY, else random and printed',
    )
    .requiredOption('--data <folder>', 'the engine’s folder; one process may have it open')
    .option('--port <number>', 'port; 0 takes a free one', wholeNumber, 0)
    .option('--child', 'started by Kohort itself: keys come through standard input, ends with its parent')
    .action(async (flags: DoorFlags) => {
      if (flags.child) {
        // Signals of the terminal reach the whole group; the parent decides when the door closes.
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
        await runDoorChild({ dataDir: flags.data, port: flags.port, stdin: process.stdin, stdout: process.stdout });
        return;
      }
      const config = readConfig();
      const logger = openLogger({ service: 'kohort-door', level: config.KOHORT_LOG_LEVEL });
      const keys = {
        adminKey: config.KOHORT_DOOR_ADMIN_KEY ?? randomBytes(24).toString('hex'),
        queryKey: config.KOHORT_DOOR_QUERY_KEY ?? randomBytes(24).toString('hex'),
      };
      process.exitCode = await runProcess(logger, async () => {
        const door = await startDoor({ ...keys, dataDir: flags.data, port: flags.port, logger });
        process.stdout.write(
          `${JSON.stringify({ port: door.port, url: door.url, ...(config.KOHORT_DOOR_ADMIN_KEY ? {} : keys) })}\n`,
        );
        return door;
      });
    });
}

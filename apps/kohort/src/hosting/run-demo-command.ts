import { openLogger, runProcess } from '@kohort/hosts-runtime';
import { startSolo } from '@kohort/hosts-solo';
import { readConfig } from '../config';
import { runDemo, type DemoOptions, type RunningDemo } from '../demo/run-demo';
import { soloOptions } from '../solo-options';
import { reportFailure } from '../terminal/outcome';
import { addresses } from './addresses';

/** Exit code of a demo that a signal ended before its story did. */
const INTERRUPTED = 130;

/** Where everything is, and two commands to begin with: an event goes in, and somebody is asked about. */
function staysUp({ solo }: RunningDemo): string {
  const { url, home } = solo;
  const order = '{"userId":"me","event":"Order Completed","properties":{"order_id":"me-1","revenue":49.9}}';
  return `
Kohort stays up; Ctrl-C ends it and removes its data.
${addresses(url)}
  API key           ${home.apiKey}
  Write key         ${home.writeKey}

Order something, and see which segment you are in:
  curl -u ${home.writeKey}: ${url}/v1/track -H 'content-type: application/json' -d '${order}'
  npx kohort explain me ordered_this_hour --url ${url} --key ${home.apiKey}
`;
}

/** What `kohort demo` is told; `customers` is the size of the built-in shop. */
export interface DemoFlags {
  readonly exit?: boolean;
  readonly data?: string;
  readonly mapping?: string;
  readonly customers: number;
  readonly seed: number;
  readonly port: number;
}

/** Tells the demo on a temporary solo; stays up afterwards unless it is told to leave. */
export async function runDemoCommand(flags: DemoFlags): Promise<void> {
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
}

import { Command } from 'commander';
import type { DemoFlags } from '../hosting/run-demo-command';
import type { DoorFlags } from '../hosting/run-door';
import type { StartFlags } from '../hosting/run-start';
import { wholeNumber } from './options';

// Engines, gateway and workers take a second to load: only the commands that run them wait for them.

/** `kohort start`: solo on a folder, until it is stopped. */
export function startCommand(): Command {
  return new Command('start')
    .description(
      'run Kohort in one process, with embedded engines where none is given by DATABASE_URL, REDIS_URL, CLICKHOUSE_URL',
    )
    .option('--port <number>', 'port of the API; KOHORT_PORT when absent', wholeNumber)
    .action(async (flags: StartFlags) => (await import('../hosting/run-start.js')).runStart(flags));
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
    .action(async (flags: DemoFlags) => (await import('../hosting/run-demo-command.js')).runDemoCommand(flags));
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
    .action(async (flags: DoorFlags) => (await import('../hosting/run-door.js')).runDoor(flags));
}

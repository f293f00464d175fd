import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { isAppError } from '@kohort/kernel-errors';
import { changeLines } from '../client/change-lines';
import { clientErrors } from '../client/client-errors';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import type { GatewayClient } from '../client/gateway-client';
import { memberLines } from '../client/member-lines';
import { changeWebhookCommands } from './change-webhooks';

interface ChangesFlags extends ConnectFlags {
  readonly after?: string;
  readonly segment?: string;
  readonly profile?: string;
  readonly kinds?: string;
  readonly follow?: boolean;
  readonly members?: boolean;
}

const AGAIN_MS = 1_000;
/** What passes: a gateway that restarts, a connection that breaks. */
const PASSING = ['CLIENT_CUT_OFF', 'CLIENT_UNREACHABLE'];
/** Whoever reads us has stood still for long, and now goes on. */
const TOO_SLOW = 'CLIENT_TOO_SLOW';

/** Prints, waiting while nobody takes what is printed. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}

async function head(client: GatewayClient): Promise<string> {
  const { changeLog } = await client.query<{ changeLog: { head: string } }>('{ changeLog { head } }');
  return changeLog.head;
}

/** Prints what comes, and goes on behind the last line after a break, for ever. */
async function run(client: GatewayClient, flags: ChangesFlags): Promise<void> {
  const { segment, profile, kinds, follow = false } = flags;
  if (flags.members === true && flags.after !== undefined) throw clientErrors.CLIENT_TWO_STARTS();
  let after = flags.after ?? (await head(client));
  if (flags.members === true)
    for await (const { text } of memberLines(client, { token: after, segment })) await print(text);
  for (;;) {
    try {
      for await (const line of changeLines(client, { after, segment, profile, kinds, follow })) {
        await print(line.text);
        after = line.cursor;
      }
      if (!follow) return;
    } catch (thrown) {
      const passes = isAppError(thrown) && (thrown.code === TOO_SLOW || (follow && PASSING.includes(thrown.code)));
      if (!passes) throw thrown;
      process.stderr.write(`${thrown.publicMessage}; resuming\n`);
    }
    await pause(AGAIN_MS);
  }
}

/** `kohort changes`: who enters and leaves segments, a JSON line a change. */
export function changesCommand(): Command {
  const command = new Command('changes')
    .description('print who enters and leaves segments, one JSON line a change, each with the cursor to resume from')
    .option('--after <cursor>', 'behind this cursor; from now on when absent')
    .option('--members', 'everybody who is in first, a line each of kind "member", and then what follows')
    .option('--follow', 'stay, print what comes, and resume after a break')
    .option('--segment <key>', 'of one segment')
    .option('--profile <id>', 'of one person')
    .option('--kinds <list>', 'entered, exited or both, with a comma')
    .action(async (flags: ChangesFlags) => {
      await run(connect(flags), flags);
    });
  // What follows the name of a command below is that command's.
  command.enablePositionalOptions();
  for (const below of changeWebhookCommands()) command.addCommand(below);
  return withConnection(command);
}

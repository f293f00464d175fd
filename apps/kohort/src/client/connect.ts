import { readHome } from '@kohort/hosts-home';
import { isAppError } from '@kohort/kernel-errors';
import type { Command } from 'commander';
import { readConfig } from '../config';
import { clientErrors } from './client-errors';
import { openClient, type GatewayClient } from './gateway-client';

/** Where a command finds its workspace. */
export interface ConnectFlags {
  readonly url?: string;
  readonly key?: string;
}

/** Adds `--url` and `--key` to a command that works on a running workspace. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <address>', 'address of Kohort; KOHORT_URL, else the one that solo in this folder serves')
    .option('--key <key>', 'API key; KOHORT_API_KEY, else the first key of solo in this folder');
}

/**
 * Connects by flags, else by environment, else to the solo of this folder.
 *
 * Throws  CLIENT_NO_KEY, CLIENT_UNREACHABLE when solo has never served here
 */
export function connect(flags: ConnectFlags): GatewayClient {
  const config = readConfig();
  const home = readHome(config.KOHORT_HOME);
  const url = flags.url ?? config.KOHORT_URL ?? home?.url ?? undefined;
  const key = flags.key ?? config.KOHORT_API_KEY ?? home?.apiKey;
  if (url === undefined) throw clientErrors.CLIENT_UNREACHABLE({ url: 'this folder' });
  if (key === undefined) throw clientErrors.CLIENT_NO_KEY();
  return openClient(url.replace(/\/$/, ''), key);
}

/**
 * Connects when a workspace is named and answers; null otherwise, for what can be said without one. One that `--url`
 * names must answer.
 *
 * Throws  CLIENT_…
 */
export async function connectIfServed(flags: ConnectFlags): Promise<GatewayClient | null> {
  try {
    const client = connect(flags);
    await client.query('{ __typename }');
    return client;
  } catch (thrown) {
    const isAway = isAppError(thrown) && ['CLIENT_UNREACHABLE', 'CLIENT_NO_KEY'].includes(thrown.code);
    if (isAway && flags.url === undefined) return null;
    throw thrown;
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';

/** A standing LISTEN; `close` ends its connection. */
export interface Listening {
  close(): Promise<void>;
}

const RETRY_MS = 500;

/**
 * Listens on some channels with a connection of its own and keeps it so: a dropped connection is made again, and since
 * notifications may have passed meanwhile, the listener is then called once with an empty payload. Wake-ups only: whoever
 * listens must also poll.
 */
export async function listen(
  url: string,
  channels: string | readonly string[],
  onNotify: (payload: string, channel: string) => void,
): Promise<Listening> {
  const all = typeof channels === 'string' ? [channels] : channels;
  const name = `kohort:listen:${all.join(',')}`;
  const closing = new AbortController();
  let current: Client | undefined;

  const connect = async (): Promise<void> => {
    const client = new Client({ connectionString: url, application_name: name, keepAlive: true });
    client.on('notification', (message) => onNotify(message.payload ?? '', message.channel));
    let established = false;
    const reconnect = (): void => {
      if (!established || closing.signal.aborted) return;
      established = false;
      void keepConnecting();
    };
    client.on('error', reconnect);
    client.on('end', reconnect);
    await client.connect();
    await client.query(all.map((channel) => `listen ${escapeIdentifier(channel)}`).join('; '));
    established = true;
    current = client;
  };

  const keepConnecting = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        await connect();
        for (const channel of all) onNotify('', channel);
        return;
      } catch {
        // The server is away: that is what this loop is for.
        await pause(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };

  await connect();
  return {
    async close() {
      closing.abort();
      await current?.end();
    },
  };
}

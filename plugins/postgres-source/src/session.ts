import type { Duplex } from 'node:stream';
import { Client, type QueryResult } from 'pg';
import type { SourceHost } from '@kohort/plugin-kit-sdk';
import { toSourceError } from './errors';
import type { Settings } from './settings';

/** A connection on which every transaction is read only. */
export interface Session {
  /** Rows as arrays of the server's own text; null stays null. */
  read(text: string, values?: readonly (string | number)[]): Promise<QueryResult<(string | null)[]>>;
  /** Runs reads in one transaction that may not write, with times as UTC and a time limit for each statement. */
  inTransaction<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The driver connects its stream itself; ours is connected to the address that was checked. */
function asUnconnected(stream: Duplex): Duplex {
  return Object.assign(stream, {
    connect(): Duplex {
      setImmediate(() => stream.emit('connect'));
      return stream;
    },
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  });
}

function tlsOf(settings: Settings): false | { rejectUnauthorized: boolean; ca?: string } {
  if (settings.tls === 'off') return false;
  const ca = settings.tlsCa === undefined ? {} : { ca: settings.tlsCa };
  return { rejectUnauthorized: settings.tls === 'verify', ...ca };
}

/** Values leave as the server writes them: no number loses a digit, no time its zone. */
const asText = { getTypeParser: () => (value: unknown) => value };

/**
 * Connects.
 *
 * Throws  HTTP_EGRESS_REFUSED and its kin of the host's dialer, POSTGRES_SOURCE_…
 */
export async function openSession(settings: Settings, host: SourceHost): Promise<Session> {
  const socket = await host.dial({ host: settings.host, port: settings.port }, host.signal);
  const client = new Client({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: settings.password,
    ssl: tlsOf(settings),
    stream: () => asUnconnected(socket),
    application_name: 'kohort',
    connectionTimeoutMillis: 15_000,
    types: asText,
  } as ConstructorParameters<typeof Client>[0]);
  const stop = (): void => void socket.destroy();
  // A connection may drop while nothing is asked of it; the next question fails then.
  client.on('error', () => undefined);
  host.signal.addEventListener('abort', stop, { once: true });
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      throw toSourceError(thrown);
    }
  };
  const read: Session['read'] = (text, values = []) =>
    told(client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' }));
  await told(client.connect()).catch((thrown: unknown) => {
    host.signal.removeEventListener('abort', stop);
    socket.destroy();
    throw thrown;
  });
  return {
    read,
    async inTransaction(work) {
      await told(client.query('begin transaction isolation level read committed read only'));
      const timeout = String(settings.statementTimeoutMs);
      await read(
        `select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
           set_config('intervalstyle', 'iso_8601', true), set_config('bytea_output', 'hex', true),
           set_config('extra_float_digits', '1', true), set_config('statement_timeout', $1, true)`,
        [timeout],
      );
      const result = await work();
      await told(client.query('commit'));
      return result;
    },
    async close() {
      host.signal.removeEventListener('abort', stop);
      // One that hangs is not waited for: the socket goes with it.
      const ended = client.end().catch(() => undefined);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
      socket.destroy();
    },
  };
}

import { createServer, type Socket } from 'node:net';
import type { Logger } from '@kohort/kernel-telemetry';

/** A listening socket that stays while workers come and go. */
export interface FrontDoor {
  readonly port: number;
  /** Takes no more connections. */
  close(): void;
}

/** Connections that may wait in the kernel when this process gets no CPU for a moment. */
const BACKLOG = 4_096;

/**
 * Listens, and hands on every connection before anything was read from it.
 *
 * Throws  what Node throws when the port is taken
 */
export async function openFrontDoor(
  at: { readonly port: number; readonly host: string; readonly logger: Logger },
  onConnection: (connection: Socket) => void,
): Promise<FrontDoor> {
  const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true }, (connection) => {
    // A client that has gone is its worker's business.
    connection.on('error', () => undefined);
    onConnection(connection);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen({ port: at.port, host: at.host, backlog: BACKLOG }, () => {
      server.removeListener('error', fail);
      done();
    });
  });
  server.on('error', (thrown) => at.logger.warn('a connection was not accepted', { reason: thrown.name }));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    close: () => void server.close(),
  };
}

/** What a client hears that no worker came for. */
const COME_AGAIN = [
  ...['HTTP/1.1 503 Service Unavailable', 'retry-after: 2', 'content-type: application/json', 'connection: close'],
  ...[
    'content-length: 85',
    '',
    '{"error":{"code":"GATEWAY_RESTARTING","message":"not stored; send it again in 2 s"}}\n',
  ],
].join('\r\n');
/** An answer is lost when its connection is cut while the request still comes. */
const LAST_WORDS_MS = 1_000;

/** Tells a client to come again, without reading what it asks. */
export function sendAway(connection: Socket): void {
  connection.end(COME_AGAIN);
  connection.resume();
  setTimeout(() => connection.destroy(), LAST_WORDS_MS).unref();
}

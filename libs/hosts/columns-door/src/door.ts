import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { silentLogger, type Logger } from '@kohort/kernel-telemetry';
import { authenticate, type DoorKeys } from './door-request';
import { openEngine, type Engine } from './engine';
import { doorErrors } from './errors';
import { answerRequest, writeException } from './answer';
import { exceptionFrom, refuse } from './exception';
import { deniedFunctions } from './guard-query';
import { slots } from './slots';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from './statement-session';

export interface DoorOptions extends DoorKeys {
  /** The engine's directory; made when absent. Exactly one process may have it open. */
  readonly dataDir: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly limits?: Partial<QueryLimits>;
  /** Statements of the `query` user that run at once; the others wait. */
  readonly concurrentQueries?: number;
  /** The longest body held in memory: a statement, or rows in a format that cannot be cut at line ends. */
  readonly maxBodyBytes?: number;
  readonly logger?: Logger;
}

export interface Door {
  readonly port: number;
  readonly url: string;
  /** Takes no more requests, lets running statements end, gives the directory up. */
  stop(): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) =>
      reject(doorErrors.DOOR_PORT_UNAVAILABLE({ port, reason: cause.message }, { cause })),
    );
    // Loopback only: the protocol below has keys, but no encryption.
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function requestListener(options: DoorOptions, engine: Engine) {
  const logger = options.logger ?? silentLogger;
  const door = {
    engine,
    denied: deniedFunctions(engine.tableFunctions),
    limits: { ...DEFAULT_QUERY_LIMITS, ...options.limits },
    maxBodyBytes: options.maxBodyBytes ?? 512 * MEBIBYTE,
    // Two kinds of places, so that long reads cannot keep the loader out.
    places: { admin: slots(2), query: slots(options.concurrentQueries ?? 4) },
  };
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (url.pathname === '/ping') {
        response.end('Ok.\n');
        return;
      }
      const user = authenticate(request, url, options);
      if (url.pathname !== '/') throw refuse(36, 'BAD_ARGUMENTS', 'there is no such path', 404);
      await answerRequest(door, { request, response, url, user });
    } catch (thrown) {
      const exception = exceptionFrom(thrown);
      logger.debug('statement refused', { code: String(exception.code), status: exception.status });
      writeException(response, exception);
      // Whatever is still on its way up has no reader any more.
      request.resume();
    }
  };
}

/**
 * Opens the embedded engine and serves ClickHouse's HTTP protocol on loopback, so that unmodified ClickHouse clients
 * work. Two users: `admin` (loader, DDL) and `query` (reads, with limits, guarded twice: by `guardQuery` and by
 * `readonly = 1` in the engine). Statements run on the engine's threads, so `/ping` answers while they do.
 *
 * Throws  DOOR_KEY_TOO_SHORT, DOOR_DIRECTORY_LOCKED, DOOR_ENGINE_UNAVAILABLE, DOOR_PORT_UNAVAILABLE
 */
export async function startDoor(options: DoorOptions): Promise<Door> {
  if (options.adminKey.length < 16) throw doorErrors.DOOR_KEY_TOO_SHORT({ user: 'admin' });
  if (options.queryKey.length < 16) throw doorErrors.DOOR_KEY_TOO_SHORT({ user: 'query' });
  const engine = await openEngine(options.dataDir);
  const handle = requestListener(options, engine);
  // Typed parameters travel in the address; lists of ids are long.
  const server = createServer({ maxHeaderSize: 8 * MEBIBYTE, keepAliveTimeout: 30_000 }, (request, response) => {
    void handle(request, response);
  });
  try {
    const port = await listen(server, options.port);
    return {
      port,
      url: `http://127.0.0.1:${port}`,
      async stop() {
        await closeServer(server);
        await engine.close();
      },
    };
  } catch (thrown) {
    await engine.close();
    throw thrown;
  }
}

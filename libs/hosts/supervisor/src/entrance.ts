import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { LeaveManner } from './protocol';

/** How connections come to a server that does not listen itself. */
export interface Entrance {
  /** The process that listens, and holds the folders of its workers. */
  readonly keeper: number;
  /** Another serves meanwhile, or did: what this one needs may be waited for. */
  readonly isPatient: boolean;
  /** Connections go to this server from now on. */
  open(server: Server): void;
  /**
   * Waits until the last connection has gone: idle ones stay a while for the request that may be on its way, those whose
   * answer takes too long are cut. New ones do not come any more.
   */
  clear(): Promise<void>;
}

/** Connections of a worker: they come over the channel of its supervisor. */
export class HandedEntrance implements Entrance {
  /** As a worker leaves that nobody told: its supervisor is gone. */
  manner: LeaveManner = { lingerMs: 0, graceMs: 3_000 };
  private readonly connections = new Set<Socket>();
  private server: Server | null = null;
  private whenEmpty: () => void = () => undefined;

  constructor(
    readonly keeper: number,
    readonly isPatient: boolean,
  ) {}

  open(server: Server): void {
    this.server = server;
    // Node begins to watch over slow and idle connections when a server begins to listen.
    server.emit('listening');
  }

  take(connection: Socket): void {
    if (!this.server) return void connection.destroy();
    // As a server of HTTP would have made it: who has said all may still hear.
    connection.allowHalfOpen = true;
    this.connections.add(connection);
    connection.once('close', () => {
      this.connections.delete(connection);
      if (this.connections.size === 0) this.whenEmpty();
    });
    this.server.emit('connection', connection);
  }

  async clear(): Promise<void> {
    await this.untilEmpty(this.manner.lingerMs);
    this.server?.closeIdleConnections();
    await this.untilEmpty(this.manner.graceMs);
    for (const connection of this.connections) connection.destroy();
  }

  private untilEmpty(limitMs: number): Promise<void> {
    if (this.connections.size === 0) return Promise.resolve();
    return new Promise((done) => {
      const late = setTimeout(done, limitMs);
      this.whenEmpty = () => {
        clearTimeout(late);
        done();
      };
    });
  }
}

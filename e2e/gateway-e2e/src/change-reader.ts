import { WebSocket } from 'ws';
import type { Random } from '@kohort/kernel-clock-random';

/** What a reader asks for, and of whom. */
export interface ReaderParts {
  /** Where the gateway is now; it moves with each kill. */
  readonly url: () => string;
  readonly key: string;
  readonly segment: string | null;
  readonly after: string;
  readonly random: Random;
  /** How often it cuts its connection itself, and how long a connection lives on average. */
  readonly disconnects: number;
  readonly livesMs: number;
  /** Numbers changes, the same for all readers. */
  readonly ordinalOf: (id: string) => number;
}

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: { readonly membershipChanged: { readonly id: string; readonly cursor: string } };
  };
}

const QUERY =
  'subscription ($segment: String, $after: Cursor) { membershipChanged(segment: $segment, after: $after) { id cursor } }';
const AGAIN_MS = 100;

/** A client that loses its connection again and again and resumes behind the last change that it has. */
export class ChangeReader {
  private seen = new Uint8Array(1_024);
  private cursor: string;
  private socket: WebSocket | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  /** Changes that it has, those that it had twice, and connections that it had. */
  count = 0;
  repeats = 0;
  connections = 0;
  cuts = 0;
  readonly refusals: string[] = [];

  constructor(private readonly parts: ReaderParts) {
    this.cursor = parts.after;
    this.connect();
  }

  has(ordinal: number): boolean {
    return this.seen[ordinal] === 1;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.socket?.terminate();
  }

  private connect(): void {
    const socket = new WebSocket(`${this.parts.url().replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
    });
    this.socket = socket;
    socket.on('open', () => socket.send(`{"type":"connection_init","payload":{"apiKey":"${this.parts.key}"}}`));
    socket.on('message', (data) => this.hear(socket, JSON.parse(String(data)) as Message));
    // The close that follows is what counts.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(this.timer);
      if (!this.isStopped) this.timer = setTimeout(() => this.connect(), this.parts.random.int(AGAIN_MS));
    });
  }

  private hear(socket: WebSocket, message: Message): void {
    // What still comes of a connection that was cut is lost to the client, as on a broken line.
    if (socket.readyState !== WebSocket.OPEN) return;
    const change = message.payload?.data?.membershipChanged;
    if (change) this.take(change);
    else if (message.type === 'connection_ack') this.subscribe(socket);
    else if (message.type === 'error') this.refusals.push(JSON.stringify(message.payload));
  }

  private subscribe(socket: WebSocket): void {
    this.connections += 1;
    const { segment, random, disconnects, livesMs } = this.parts;
    const variables = { segment, after: this.cursor };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables } }));
    if (this.cuts >= disconnects) return;
    this.timer = setTimeout(
      () => {
        this.cuts += 1;
        socket.terminate();
      },
      random.int(2 * livesMs),
    );
  }

  private take({ id, cursor }: { readonly id: string; readonly cursor: string }): void {
    const ordinal = this.parts.ordinalOf(id);
    while (ordinal >= this.seen.length) {
      const longer = new Uint8Array(2 * this.seen.length);
      longer.set(this.seen);
      this.seen = longer;
    }
    if (this.seen[ordinal] === 1) this.repeats += 1;
    else this.count += 1;
    this.seen[ordinal] = 1;
    this.cursor = cursor;
  }
}

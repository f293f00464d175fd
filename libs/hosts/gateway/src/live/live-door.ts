import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Caller } from '@kohort/access-flow';
import {
  callerOf,
  openContext,
  type GatewayContext,
  type GatewayServices,
  type LiveConnection,
} from '@kohort/gateway-resolvers';
import type { AppError } from '@kohort/kernel-errors';
import type { LiveDocument, LiveDocuments } from './live-document';
import type { LiveKeys, WatchedConnection } from './live-keys';
import { CLOSE } from './live-message';
import { LiveSocket } from './live-socket';
import { Outlet } from './outlet';
import { AnswerBoard, SharedSelection } from './shared-answers';

/** A websocket that has not said who it is within this time is closed. */
const INIT_TIMEOUT_MS = 10_000;
/** Who takes nothing for this long is closed. */
export const SLOW_MS = 30_000;
/** After that the last words have so long to be taken. */
export const LAST_WORDS_MS = 5_000;
const TICK_MS = 1_000;
/** Each client is pinged once in so many ticks; who has not answered by the next ping is gone. */
const PING_TICKS = 30;

/** What the door stands on. */
export interface DoorParts {
  readonly services: GatewayServices;
  readonly watch: LiveKeys;
  readonly keys: (text: string | null) => Promise<{ caller: Caller | null; refusal: AppError | null }>;
  readonly schema: () => GraphQLSchema;
  readonly documents: () => LiveDocuments;
  readonly maxMessageBytes: number;
}

/** What one socket asks of the door. */
export interface LiveParts extends DoorParts {
  readonly slow: Set<LiveSocket>;
  contextFor(caller: Caller, live: WatchedConnection): GatewayContext;
  selectionFor(asked: SelectionAsked): { readonly shared: SharedSelection; readonly release: () => void };
}

/** A selection that somebody asks for. */
export interface SelectionAsked {
  readonly document: LiveDocument;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly field: string;
  readonly context: GatewayContext;
}

interface Held {
  readonly shared: SharedSelection;
  users: number;
}

/**
 * The websockets of `/graphql`: subscriptions by the graphql-transport-ws protocol. What is asked of a change is worked
 * out once for all who ask the same; a client that is idle costs its socket and a ping in half a minute.
 */
export class LiveDoor {
  private readonly server: WebSocketServer;
  private readonly sockets = new Map<WebSocket, { readonly live: LiveSocket; isAlive: boolean; ticks: number }>();
  private readonly slow = new Set<LiveSocket>();
  private readonly selections = new Map<string, Held>();
  private readonly shared = new Map<string, GatewayContext>();
  private readonly board = new AnswerBoard();
  private readonly live: LiveParts;
  private timer: NodeJS.Timeout | undefined;
  private tick = 0;
  private isStopped = false;

  constructor(private readonly parts: DoorParts) {
    this.server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: parts.maxMessageBytes,
      handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
    });
    this.live = {
      ...parts,
      slow: this.slow,
      contextFor: (caller, live) => this.contextFor(caller, live),
      selectionFor: (asked) => this.selectionFor(asked),
    };
  }

  /** Takes the upgrades of a server; all but those of `/graphql` are refused. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/graphql') {
        raw.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
        return;
      }
      if (this.isStopped) return void raw.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
      this.server.handleUpgrade(request, raw, head, (socket) => this.open(socket, raw));
    });
  }

  /** Bytes that wait for clients to take them. */
  get outgoingBytes(): number {
    let sum = 0;
    for (const { live } of this.sockets.values()) sum += live.outgoingBytes;
    return sum;
  }

  /** Closes all, and takes no more: their clients resume elsewhere. */
  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
    this.timer = undefined;
    for (const [socket] of this.sockets) {
      socket.close(CLOSE.goingAway, 'Going away');
      setTimeout(() => socket.terminate(), TICK_MS).unref();
    }
  }

  /** What time sets going: closes those who are slow, and pings some. */
  look(): void {
    const now = this.parts.services.clock.now();
    for (const live of [...this.slow]) {
      if (live.slowSinceMs === null || now - live.slowSinceMs < SLOW_MS) continue;
      this.slow.delete(live);
      live.closeAsSlow();
      setTimeout(() => live.cut(), LAST_WORDS_MS).unref();
    }
    this.tick += 1;
    for (const [socket, entry] of this.sockets) {
      if (entry.ticks % PING_TICKS !== this.tick % PING_TICKS) continue;
      if (!entry.isAlive) socket.terminate();
      entry.isAlive = false;
      socket.ping();
    }
  }

  private open(socket: WebSocket, raw: Duplex): void {
    if (socket.protocol === '') return socket.close(4406, 'Subprotocol not acceptable');
    const live = new LiveSocket(this.live, socket, new Outlet(socket, raw));
    const entry = { live, isAlive: true, ticks: this.tick };
    this.sockets.set(socket, entry);
    this.timer ??= setInterval(() => this.look(), TICK_MS);
    const late = setTimeout(() => {
      if (!live.isReady) socket.close(CLOSE.initTimeout, 'Connection initialisation timeout');
    }, INIT_TIMEOUT_MS);
    socket.on('pong', () => (entry.isAlive = true));
    socket.once('close', () => {
      clearTimeout(late);
      this.sockets.delete(socket);
      if (this.sockets.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
  }

  private contextFor(caller: Caller, live: WatchedConnection): GatewayContext {
    const { loaders } = this.sharedContext(caller);
    return openContext(this.parts.services, {
      caller,
      refusal: null,
      correlationId: randomUUID(),
      live,
      loaders,
    });
  }

  /** What is looked up for one is looked up for all who may see the same: in one query when they ask together. */
  private sharedContext(caller: Caller): GatewayContext {
    const key = audienceOf(caller);
    const known = this.shared.get(key);
    if (known) return known;
    const made = openContext(this.parts.services, {
      caller,
      refusal: null,
      correlationId: randomUUID(),
      live: DETACHED,
    });
    if (this.shared.size >= MOST_SHARED) this.shared.delete(this.shared.keys().next().value ?? '');
    this.shared.set(key, made);
    return made;
  }

  private selectionFor({ document, variables, field, context }: SelectionAsked) {
    const caller = callerOf(context);
    const used = document.variables.map((name) => variables[name] ?? null);
    const key = [audienceOf(caller), document.operationName, document.selection, JSON.stringify(used)].join('\n');
    const held: Held = this.selections.get(key) ?? {
      shared: new SharedSelection(this.board, {
        ...{ schema: this.parts.schema(), document, variables, field, context: this.sharedContext(caller) },
      }),
      users: 0,
    };
    held.users += 1;
    this.selections.set(key, held);
    let isHeld = true;
    const release = (): void => {
      if (isHeld) held.users -= 1;
      isHeld = false;
      if (held.users === 0 && this.selections.get(key) === held) this.selections.delete(key);
    };
    return { shared: held.shared, release };
  }
}

/** Workspaces and sets of scopes whose context is kept. */
const MOST_SHARED = 1_000;

/** What belongs to no connection. */
const DETACHED: LiveConnection = { onRefused: () => () => undefined, streams: { open: 0 } };

/** Those who see the same: one workspace, the same scopes. */
function audienceOf(caller: Caller): string {
  return `${caller.workspaceId} ${[...caller.scopes].sort().join()}`;
}

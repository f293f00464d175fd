import { randomUUID } from 'node:crypto';
import { createSourceEventStream, execute, type ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import { BoundStream, gatewayErrors, toPublicError, type GatewayContext } from '@kohort/gateway-resolvers';
import { ChangePump, type RunningOperation } from './change-pump';
import type { LiveParts } from './live-door';
import type { LiveDocument } from './live-document';
import {
  ACK,
  CLOSE,
  PONG,
  completeMessage,
  errorMessage,
  keyOfInit,
  nextEnd,
  nextStart,
  parseLiveMessage,
  type InitMessage,
  type LiveMessage,
  type SubscribeMessage,
} from './live-message';
import type { WatchedConnection } from './live-keys';
import type { Outlet } from './outlet';
import { textOf } from './shared-answers';

const NOTHING: RunningOperation = { wake: () => undefined, end: () => undefined, cursor: null };

/** One client: the graphql-transport-ws protocol, subscriptions alone. */
export class LiveSocket {
  private isInitialised = false;
  private context: GatewayContext | null = null;
  private watched: WatchedConnection | null = null;
  private readonly operations = new Map<string, RunningOperation>();
  private readonly waiting = new Set<() => void>();
  /** Since when the client takes nothing though something waits for it; null while it takes. */
  private heldSinceMs: number | null = null;

  constructor(
    private readonly parts: LiveParts,
    private readonly socket: WebSocket,
    private readonly outlet: Outlet,
  ) {
    outlet.onDrained(() => this.resume());
    socket.on('message', (data, isBinary) => this.hear(isBinary ? null : parseLiveMessage(String(data))));
    socket.once('close', () => this.letGo());
    // The close follows; there is nobody to tell.
    socket.on('error', () => undefined);
  }

  get isReady(): boolean {
    return this.isInitialised;
  }

  /** Since when it takes nothing, as epoch milliseconds. */
  get slowSinceMs(): number | null {
    return this.heldSinceMs;
  }

  get outgoingBytes(): number {
    return this.outlet.waitingBytes;
  }

  /** Tells a client that takes nothing where it stands, and closes. */
  closeAsSlow(): void {
    const { services } = this.parts;
    let reason = 'too slow';
    for (const [id, operation] of this.operations) {
      if (operation.cursor === null) continue;
      reason = `too slow; resume after ${operation.cursor}`;
      this.sendError(id, gatewayErrors.GATEWAY_STREAM_SLOW({ cursor: operation.cursor }));
    }
    services.logger.info('websocket too slow', { count: this.operations.size });
    this.socket.close(CLOSE.slow, reason);
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.socket.terminate();
  }

  private hear(message: LiveMessage | null): void {
    if (message === null) return this.socket.close(CLOSE.invalid, 'Invalid message');
    // Who does not take the answers is not heard on either.
    if (this.outlet.isFull) this.socket.pause();
    if (message.type === 'connection_init') void this.init(message);
    else if (message.type === 'ping') this.outlet.send(PONG);
    else if (message.type === 'subscribe') void this.subscribe(message);
    else if (message.type === 'complete') this.end(message.id);
  }

  private async init(message: InitMessage): Promise<void> {
    const { services, keys, watch } = this.parts;
    if (this.isInitialised) return this.socket.close(CLOSE.tooManyInits, 'Too many initialisation requests');
    this.isInitialised = true;
    const keyText = keyOfInit(message);
    const { caller, refusal } = await keys(keyText);
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (!caller || keyText === null || !caller.scopes.includes('graphql:read')) {
      services.logger.info('websocket refused', { code: refusal?.code ?? 'ACCESS_KEY_MISSING' });
      return this.socket.close(CLOSE.forbidden, 'Forbidden');
    }
    this.watched = watch.add(this.socket, { keyText, caller, onGood: () => this.resume() });
    this.context = this.parts.contextFor(caller, this.watched);
    this.outlet.send(ACK);
  }

  private async subscribe({ id, payload }: SubscribeMessage): Promise<void> {
    const { context } = this;
    if (!context) return this.socket.close(CLOSE.unauthorized, 'Unauthorized');
    if (this.operations.has(id)) return this.socket.close(CLOSE.exists, `Subscriber for ${id.slice(0, 50)} exists`);
    this.operations.set(id, NOTHING);
    const variables = payload.variables ?? {};
    try {
      const document = this.parts.documents().read(payload.query, payload.operationName);
      const source = await createSourceEventStream({
        ...{ schema: this.parts.schema(), document: document.document, operationName: document.operationName },
        ...{ contextValue: { gateway: context }, variableValues: variables },
      });
      if ('errors' in source) return this.fail(id, source.errors ?? []);
      if (!(source instanceof BoundStream)) throw new TypeError('a subscription of another kind');
      const operation = this.run({ id, document, variables }, source);
      if (this.operations.get(id) !== NOTHING) return operation.end();
      this.operations.set(id, operation);
      operation.wake();
    } catch (thrown) {
      this.fail(id, [thrown]);
    }
  }

  private run(
    asked: { readonly id: string; readonly document: LiveDocument; readonly variables: Record<string, unknown> },
    bound: BoundStream,
  ): RunningOperation {
    const { id, document, variables } = asked;
    const { changes } = bound;
    if (changes === null || !this.context) return this.runAlone(asked, bound);
    const selection = this.parts.selectionFor({ document, variables, field: bound.field, context: this.context });
    const start = nextStart(id);
    const pump = new ChangePump({
      ...{ bound, changes, selection: selection.shared },
      isHeld: () => this.isHeld(),
      send: (ends) => this.outlet.sendAll(start, ends),
      onOver: (error) => {
        selection.release();
        if (error) this.fail(id, [error]);
        else this.complete(id);
      },
    });
    return {
      wake: () => pump.wake(),
      end: () => {
        selection.release();
        pump.end();
      },
      get cursor() {
        return pump.cursor;
      },
    };
  }

  /** A stream that nobody shares: each value is executed and sent when there is room. */
  private runAlone(
    { id, document, variables }: { id: string; document: LiveDocument; variables: Record<string, unknown> },
    bound: BoundStream,
  ): RunningOperation {
    const carry = async (): Promise<void> => {
      try {
        for await (const rootValue of bound) {
          while (this.isHeld()) await new Promise<void>((resolve) => this.waiting.add(resolve));
          const result: ExecutionResult = await execute({
            ...{ schema: this.parts.schema(), document: document.document, operationName: document.operationName },
            ...{ rootValue, contextValue: { gateway: this.context }, variableValues: variables },
          });
          if (this.context) this.outlet.send(`${nextStart(id)}${nextEnd(textOf(result, this.context))}`);
        }
        this.complete(id);
      } catch (thrown) {
        this.fail(id, [thrown]);
      }
    };
    void carry();
    return { ...NOTHING, end: () => void bound.return() };
  }

  private isHeld(): boolean {
    if (this.outlet.isFull) {
      if (this.heldSinceMs === null) this.parts.slow.add(this);
      this.heldSinceMs ??= this.parts.services.clock.now();
      return true;
    }
    return this.watched?.isTrusted() !== true;
  }

  private resume(): void {
    this.heldSinceMs = null;
    this.parts.slow.delete(this);
    if (this.socket.isPaused) this.socket.resume();
    for (const waiter of [...this.waiting]) {
      this.waiting.delete(waiter);
      waiter();
    }
    for (const operation of [...this.operations.values()]) operation.wake();
  }

  private complete(id: string): void {
    if (this.operations.delete(id)) this.outlet.send(completeMessage(id));
  }

  private fail(id: string, thrown: readonly unknown[]): void {
    if (!this.operations.delete(id)) return;
    this.sendError(id, ...thrown);
  }

  private sendError(id: string, ...thrown: readonly unknown[]): void {
    const setting = {
      correlationId: this.context?.correlationId ?? randomUUID(),
      logger: this.parts.services.logger,
    };
    const errors = thrown.map((each) => toPublicError(each, setting));
    this.outlet.send(errorMessage(id, errors));
  }

  private end(id: string): void {
    const operation = this.operations.get(id);
    this.operations.delete(id);
    operation?.end();
  }

  private letGo(): void {
    this.parts.slow.delete(this);
    for (const id of [...this.operations.keys()]) this.end(id);
    for (const waiter of this.waiting) waiter();
    this.waiting.clear();
  }
}

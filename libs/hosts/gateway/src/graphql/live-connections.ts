import type { WebSocket } from 'ws';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import { accessErrors } from '@kohort/access-domain';
import type { KeyRing } from '@kohort/access-flow';
import type { LiveConnection } from '@kohort/gateway-resolvers';

/** Close codes of the graphql-transport-ws protocol. */
export const CLOSE_FORBIDDEN = 4403;
export const CLOSE_INIT_TIMEOUT = 4408;

/** From the refusal of a key to the closing of its sockets. */
const CLOSE_GRACE_MS = 1_000;

interface Entry {
  readonly keyText: string;
  readonly socket: WebSocket;
  readonly closed: Set<() => void>;
  readonly refused: Set<(refusal: AppError) => void>;
  refusal: AppError | null;
}

/**
 * The websockets that are open, each with the key it came with. Keys are looked up again every `recheckMs`, each once
 * however many sockets carry it; streams of a key that is no longer good fail, and their sockets are closed.
 */
export class LiveConnections {
  private readonly entries = new Set<Entry>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly keys: KeyRing,
    private readonly recheckMs: number,
  ) {}

  /** Takes in a socket whose key was found good. */
  add(socket: WebSocket, keyText: string): LiveConnection {
    const entry: Entry = { keyText, socket, closed: new Set(), refused: new Set(), refusal: null };
    this.entries.add(entry);
    this.timer ??= setInterval(() => void this.recheck(), this.recheckMs);
    socket.once('close', () => {
      this.entries.delete(entry);
      if (this.entries.size === 0) this.stop();
      for (const callback of entry.closed) callback();
    });
    return {
      streams: { open: 0 },
      onClose: (callback) => void entry.closed.add(callback),
      onRefused: (callback) => {
        // A stream that is opened while the socket is about to be closed fails at once, like those before it.
        if (entry.refusal) callback(entry.refusal);
        else entry.refused.add(callback);
      },
    };
  }

  get size(): number {
    return this.entries.size;
  }

  /** Looks up all keys now. */
  async recheck(): Promise<void> {
    const byKey = new Map<string, Entry[]>();
    for (const entry of this.entries) byKey.set(entry.keyText, [...(byKey.get(entry.keyText) ?? []), entry]);
    await Promise.all([...byKey].map(([keyText, entries]) => this.recheckKey(keyText, entries)));
  }

  /** Ends the clockwork. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async recheckKey(keyText: string, entries: readonly Entry[]): Promise<void> {
    let refusal: AppError | null = null;
    try {
      const caller = await this.keys.callerNow(keyText);
      if (!caller.scopes.includes('graphql:read')) refusal = accessErrors.ACCESS_KEY_REFUSED();
    } catch (thrown) {
      // A database that is away proves nothing against a key; it is asked again in a moment.
      if (!isAppError(thrown) || thrown.kind !== 'unauthenticated') return;
      refusal = thrown;
    }
    if (refusal === null) return;
    for (const entry of entries) this.refuse(entry, refusal);
  }

  private refuse(entry: Entry, refusal: AppError): void {
    if (entry.refusal) return;
    entry.refusal = refusal;
    for (const callback of entry.refused) callback(refusal);
    // Time for the streams' last message, which says why.
    const timer = setTimeout(() => entry.socket.close(CLOSE_FORBIDDEN, 'Forbidden'), CLOSE_GRACE_MS);
    entry.closed.add(() => clearTimeout(timer));
  }
}

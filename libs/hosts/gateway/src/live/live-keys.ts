import type { Clock } from '@kohort/kernel-clock-random';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import { accessErrors } from '@kohort/access-domain';
import type { Caller, KeyRing } from '@kohort/access-flow';
import type { LiveConnection } from '@kohort/gateway-resolvers';
import { CLOSE } from './live-message';

/** After the last time a key was found good, this long it may receive. */
export const TRUSTED_MS = 30_000;
/** From the refusal of a key to the closing of its sockets. */
const CLOSE_GRACE_MS = 1_000;

/** What is needed of a websocket. */
export interface WatchedSocket {
  close(code: number, reason: string): void;
  once(event: 'close', callback: () => void): unknown;
}

interface Entry {
  readonly keyText: string;
  readonly caller: Caller;
  readonly socket: WatchedSocket;
  readonly onGood: () => void;
  closing: NodeJS.Timeout | undefined;
  readonly refused: Set<(refusal: AppError) => void>;
  refusal: AppError | null;
  goodAtMs: number;
}

/** A connection whose key is looked at again and again. */
export interface WatchedConnection extends LiveConnection {
  /** Whether the key was found good lately: while that cannot be said, nothing is handed over. */
  isTrusted(): boolean;
}

/** What the watch over the keys stands on. */
export interface LiveKeysParts {
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly recheckMs: number;
}

function sameScopes(one: Caller, other: Caller): boolean {
  return [...one.scopes].sort().join() === [...other.scopes].sort().join();
}

/**
 * The websockets that are open, each with the key it came with. Keys are looked up again every `recheckMs`, each once
 * however many sockets carry it. Streams of a key that is no longer good, or may do other things than when it came,
 * fail, and their sockets are closed; while keys cannot be looked up, streams are held back after TRUSTED_MS.
 */
export class LiveKeys {
  private readonly entries = new Set<Entry>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LiveKeysParts) {}

  /** Takes in a socket whose key was found good; `onGood` is called when it may receive again. */
  add(
    socket: WatchedSocket,
    of: { readonly keyText: string; readonly caller: Caller; readonly onGood: () => void },
  ): WatchedConnection {
    const { clock, recheckMs } = this.parts;
    const entry: Entry = {
      ...{ ...of, socket, closing: undefined, refused: new Set(), refusal: null },
      goodAtMs: clock.now(),
    };
    this.entries.add(entry);
    this.timer ??= setInterval(() => void this.recheck(), recheckMs);
    socket.once('close', () => {
      this.entries.delete(entry);
      if (this.entries.size === 0) this.stop();
      clearTimeout(entry.closing);
    });
    return {
      streams: { open: 0 },
      isTrusted: () => entry.refusal === null && clock.now() - entry.goodAtMs <= TRUSTED_MS,
      onRefused: (callback) => {
        // A stream that is opened while the socket is about to be closed fails at once, like those before it.
        if (entry.refusal) callback(entry.refusal);
        else entry.refused.add(callback);
        return () => entry.refused.delete(callback);
      },
    };
  }

  get size(): number {
    return this.entries.size;
  }

  /** Looks up all keys now. */
  async recheck(): Promise<void> {
    const byKey = new Map<string, Entry[]>();
    for (const entry of this.entries) {
      const known = byKey.get(entry.keyText);
      if (known) known.push(entry);
      else byKey.set(entry.keyText, [entry]);
    }
    await Promise.all([...byKey].map(([keyText, entries]) => this.recheckKey(keyText, entries)));
  }

  /** Ends the clockwork. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async recheckKey(keyText: string, entries: readonly Entry[]): Promise<void> {
    const { keys, clock } = this.parts;
    const askedAtMs = clock.now();
    try {
      const caller = await keys.callerNow(keyText);
      for (const entry of entries) {
        if (sameScopes(entry.caller, caller)) this.trust(entry, askedAtMs);
        else this.refuse(entry, accessErrors.ACCESS_KEY_REFUSED());
      }
    } catch (thrown) {
      // A database that is away proves nothing against a key; it is asked again in a moment.
      if (!isAppError(thrown) || thrown.kind !== 'unauthenticated') return;
      for (const entry of entries) this.refuse(entry, thrown);
    }
  }

  private trust(entry: Entry, atMs: number): void {
    const wasHeld = this.parts.clock.now() - entry.goodAtMs > TRUSTED_MS;
    entry.goodAtMs = Math.max(entry.goodAtMs, atMs);
    if (wasHeld) entry.onGood();
  }

  private refuse(entry: Entry, refusal: AppError): void {
    if (entry.refusal) return;
    entry.refusal = refusal;
    for (const callback of entry.refused) callback(refusal);
    // Time for the streams' last message, which says why.
    entry.closing = setTimeout(() => entry.socket.close(CLOSE.forbidden, 'Forbidden'), CLOSE_GRACE_MS);
  }
}

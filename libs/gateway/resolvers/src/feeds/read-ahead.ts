import type { MembershipChange } from '@kohort/kernel-contracts';
import type { EndableStream } from './live-stream';

/** A stream that can say what it will hand out next. */
export interface ForeseeingStream extends EndableStream<MembershipChange> {
  /** The changes that follow the one handed out last, as far as they are known already; at most `limit`. */
  ahead(limit: number): readonly MembershipChange[];
}

/** How to read one thing about many changes. */
export interface Edge<T> {
  /** Names the thing: `profile`, `segment`. */
  readonly name: string;
  readonly keyOf: (change: MembershipChange) => string;
  readonly read: (keys: readonly string[]) => Promise<readonly T[]>;
  readonly idOf: (record: T) => string;
}

/** A change on its way to one client, with what reads ahead on that way. */
export type StreamedChange = MembershipChange & { readonly readAhead?: ReadAhead };

/** Changes looked at with one query. */
const WINDOW = 100;

/**
 * Reads what a client wants to know about each change for many changes at once. GraphQL executes one change after the
 * other; a query a change would make a client that is behind fall ever further behind. What is read is never older than
 * the change it belongs to, for a change is foreseen only when it is committed.
 */
export class ReadAhead {
  private readonly windows = new Map<string, Map<string, Promise<unknown>>>();

  constructor(private readonly stream: ForeseeingStream) {}

  /** What an edge leads to from this change; null when there is nothing. */
  async load<T>(edge: Edge<T>, change: MembershipChange): Promise<T | null> {
    const window = this.windows.get(edge.name);
    const known = window?.get(change.cursor);
    if (window && known) {
      window.delete(change.cursor);
      return known as Promise<T | null>;
    }
    const changes = [change, ...this.stream.ahead(WINDOW - 1)];
    const found = edge
      .read([...new Set(changes.map(edge.keyOf))])
      .then((records) => new Map(records.map((record) => [edge.idOf(record), record])));
    const entries = changes.map((each) => {
      const record = found.then((records) => records.get(edge.keyOf(each)) ?? null);
      // Who asks for it hears of a failure; who never asks need not.
      record.catch(() => undefined);
      return [each.cursor, record] as const;
    });
    this.windows.set(edge.name, new Map(entries.slice(1)));
    // The failure belongs to whoever met it; the next change reads anew.
    found.catch(() => this.windows.delete(edge.name));
    return (await entries[0]?.[1]) ?? null;
  }
}

/** The same stream, with what reads ahead on each of its changes. */
export function readingAhead(stream: ForeseeingStream): EndableStream<StreamedChange> {
  const readAhead = new ReadAhead(stream);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await stream.next();
      return step.done === true ? step : { done: false, value: { ...step.value, readAhead } };
    },
    async return() {
      await stream.return();
      return { done: true, value: undefined };
    },
    fail: (failure) => stream.fail(failure),
  };
}

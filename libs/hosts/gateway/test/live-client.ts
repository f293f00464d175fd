import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

/** What a subscription gave: values in order, then how it ended. */
export interface Stream<T> {
  readonly values: T[];
  /** Resolves when so many values are there. */
  until(count: number): Promise<void>;
  /** Resolves when it is over: `complete`, or what ended it. */
  readonly over: Promise<unknown>;
  stop(): void;
}

/** A client of the official library over a websocket, without its own reconnecting. */
export function liveClient(url: string, key: string | null, onClosed?: (code: number) => void): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    connectionParams: key === null ? {} : { authorization: `Bearer ${key}` },
    on: {
      closed: (event) => {
        if (typeof event === 'object' && event !== null && 'code' in event) onClosed?.(Number(event.code));
      },
    },
  });
}

/** Subscribes, and gathers what comes. */
export function subscribe<T>(client: Client, query: string, variables: Record<string, unknown> = {}): Stream<T> {
  const values: T[] = [];
  const waiting = new Set<() => void>();
  let end: (reason: unknown) => void = () => undefined;
  const over = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  const check = (): void => {
    for (const each of waiting) each();
  };
  const stop = client.subscribe<Record<string, T>>(
    { query, variables },
    {
      next: (message) => {
        if (message.errors) end(message.errors);
        const [value] = Object.values(message.data ?? {});
        if (value !== undefined) values.push(value);
        check();
      },
      error: end,
      complete: () => end('complete'),
    },
  );
  return {
    values,
    over,
    stop,
    until: (count) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (values.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        void over.then((reason) =>
          values.length < count ? reject(new RangeError(JSON.stringify(reason))) : undefined,
        );
        look();
      }),
  };
}

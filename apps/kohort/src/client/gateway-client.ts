import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Json, Progress } from '@kohort/kernel-contracts';
import { clientErrors } from './client-errors';

/** A long job as the API shows it. */
export interface RemoteJob {
  readonly id: string;
  readonly job: string;
  readonly status: string;
  readonly progress: Progress | null;
  readonly result: Json;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export type Variables = Readonly<Record<string, unknown>>;

/** The public GraphQL API, and nothing private, for the commands that work on a running workspace. */
export interface GatewayClient {
  readonly url: string;
  readonly apiKey: string;
  query<T>(document: string, variables?: Variables): Promise<T>;
  /** Calls `onNext` for each message until the returned function is called. */
  subscribe<T>(document: string, variables: Variables, onNext: (data: T) => void): () => void;
  close(): Promise<void>;
}

interface GraphqlReply {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly kind?: string };
  }[];
}

/**
 * Opens a client; connects with the first call.
 *
 * Throws  CLIENT_UNREACHABLE, CLIENT_REFUSED with the API's own code
 */
export function openClient(url: string, apiKey: string): GatewayClient {
  let socket: Client | undefined;
  const endpoint = `${url}/graphql`;
  return {
    url,
    apiKey,
    async query<T>(document: string, variables: Variables = {}): Promise<T> {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query: document, variables }),
      }).catch((thrown: unknown) => {
        throw clientErrors.CLIENT_UNREACHABLE({ url }, { cause: thrown });
      });
      const reply = (await response.json()) as GraphqlReply;
      const [first] = reply.errors ?? [];
      if (first || reply.data === undefined || reply.data === null) {
        throw clientErrors.CLIENT_REFUSED({
          reason: first?.message ?? `status ${response.status}`,
          remoteCode: first?.extensions?.code ?? String(response.status),
          remoteKind: first?.extensions?.kind ?? null,
        });
      }
      return reply.data as T;
    },
    subscribe<T>(document: string, variables: Variables, onNext: (data: T) => void): () => void {
      socket ??= createClient({
        url: endpoint.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${apiKey}` },
        retryAttempts: 5,
      });
      return socket.subscribe<T>(
        { query: document, variables: { ...variables } },
        {
          next: (message) => {
            if (message.data) onNext(message.data);
          },
          error: () => undefined,
          complete: () => undefined,
        },
      );
    },
    async close() {
      await socket?.dispose();
    },
  };
}

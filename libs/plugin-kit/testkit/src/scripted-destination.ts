import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the destination received, in order of arrival; the log only grows. */
export interface Call {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was done to it. */
  readonly fault: Fault['kind'];
}

/**
 * How one call is treated. `apply` says whether the destination acts on it: a reply that is lost after the fact is the
 * hardest case of all.
 */
export type Fault =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly apply?: boolean;
    }
  | { readonly kind: 'reset'; readonly apply: boolean }
  | { readonly kind: 'hang'; readonly apply: boolean }
  | { readonly kind: 'slow'; readonly pauseMs: number }
  | { readonly kind: 'malformed'; readonly apply: boolean }
  | { readonly kind: 'html'; readonly status: number };

/** Names for the usual faults. */
export const faults = {
  ok: { kind: 'ok' },
  status: (status: number, body = ''): Fault => ({ kind: 'status', status, body }),
  tooMany: (retryAfter?: string): Fault => ({
    kind: 'status',
    status: 429,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  }),
  reset: { kind: 'reset', apply: false },
  /** The call is carried out, its answer is lost. */
  eatenReply: { kind: 'reset', apply: true },
  hang: { kind: 'hang', apply: false },
  hangAfterwards: { kind: 'hang', apply: true },
  slow: { kind: 'slow', pauseMs: 5 },
  malformed: { kind: 'malformed', apply: true },
  htmlPage: (status = 502): Fault => ({ kind: 'html', status }),
} as const satisfies Record<string, Fault | ((...args: never[]) => Fault)>;

/** What the destination answers to a call that it carries out. */
export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A destination of our own on a local port: does what its script says, then what `apply` says. */
export interface ScriptedDestination {
  readonly url: string;
  /** For the egress client's exceptions. */
  readonly pair: string;
  readonly calls: readonly Call[];
  /** Queues faults; each call takes one, and when the queue is empty calls are carried out. */
  script(...queue: readonly Fault[]): void;
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function drip(response: ServerResponse, text: string, pauseMs: number): void {
  const next = (at: number): void => {
    if (at >= text.length) return void response.end();
    response.write(text.slice(at, at + 1));
    setTimeout(() => next(at + 1), pauseMs);
  };
  next(0);
}

function reply(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body ?? '');
}

function carryOut(fault: Fault, response: ServerResponse, apply: () => Answer): void {
  switch (fault.kind) {
    case 'ok':
      return reply(response, apply());
    case 'status':
      if (fault.apply) apply();
      return reply(response, { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' });
    case 'reset':
      if (fault.apply) apply();
      return void response.socket?.resetAndDestroy();
    case 'hang':
      if (fault.apply) apply();
      return undefined;
    case 'slow': {
      const answer = apply();
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      return drip(response, answer.body ?? '{"ok":true}', fault.pauseMs);
    }
    case 'malformed':
      if (fault.apply) apply();
      return reply(response, { status: 200, body: '{"results":[{"id":' });
    case 'html':
      return reply(response, {
        status: fault.status,
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><title>Bad Gateway</title>',
      });
  }
}

/** Starts one; `apply` carries a call out and answers it, 200 with an empty object when left out. */
export async function scriptedDestination(apply?: (call: Call) => Answer | undefined): Promise<ScriptedDestination> {
  const calls: Call[] = [];
  const queue: Fault[] = [];
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const fault = queue.shift() ?? faults.ok;
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
        const call: Call = {
          index: calls.length,
          method: request.method ?? '',
          path: request.url ?? '',
          headers,
          body,
          fault: fault.kind,
        };
        calls.push(call);
        carryOut(fault, response, () => apply?.(call) ?? { status: 200, body: '{}' });
      },
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    pair: `127.0.0.1:${port}`,
    calls,
    script: (...more) => void queue.push(...more),
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

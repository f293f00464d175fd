import { Agent, request as call, type buildConnector } from 'undici';
import type { HttpRequest, HttpResponse, HttpStreamer, HttpTransport } from '@kohort/kernel-contracts';
import { checkedConnect, systemResolve, type Resolve } from './checked-connect';
import { checkUrl, type EgressRules } from './egress-rules';
import { httpErrors } from './errors';
import { codeOf, plainHeaders, toHttpError } from './http-failure';
import { openStream } from './open-stream';

export interface EgressOptions {
  /** Exact `host:port` pairs that may be http and loopback; empty in production. */
  readonly allow?: readonly string[];
  /** Ports that https may use. */
  readonly ports?: readonly number[];
  readonly timeoutMs?: number;
  readonly maxReplyBytes?: number;
  readonly userAgent?: string;
  /** How names become addresses and addresses sockets; the machine's own unless a test says otherwise. */
  readonly resolve?: Resolve;
  readonly connect?: buildConnector.connector;
}

/** The network of connectors and the one door to it; `close` ends the kept connections. */
export interface EgressClient extends HttpTransport, HttpStreamer {
  close(): Promise<void>;
}

async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw httpErrors.HTTP_REPLY_TOO_LARGE({ maxBytes, delivered: 'unknown' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Opens the egress client. https to public addresses only; each name is resolved once and all its addresses are
 * checked; the connection goes to the checked address; redirects are answers, not followed; no proxy variable is read;
 * time and size are capped.
 *
 * Units   timeoutMs is for the whole exchange, default 30,000; maxReplyBytes default 1 MiB
 */
export function createEgressClient(options: EgressOptions = {}): EgressClient {
  const rules: EgressRules = {
    allow: new Set((options.allow ?? []).map((pair) => pair.toLowerCase())),
    ports: new Set(options.ports ?? [443]),
  };
  const maxTimeMs = options.timeoutMs ?? 30_000;
  const maxReplyBytes = options.maxReplyBytes ?? 1024 * 1024;
  const agent = new Agent({
    connect: checkedConnect(rules, options.resolve ?? systemResolve, options.connect),
    connections: 16,
    pipelining: 1,
    headersTimeout: maxTimeMs,
    bodyTimeout: maxTimeMs,
    maxResponseSize: maxReplyBytes + 1,
  });
  const streaming = new Agent({
    connect: checkedConnect(rules, options.resolve ?? systemResolve, options.connect),
    connections: 16,
    pipelining: 1,
    headersTimeout: maxTimeMs,
    bodyTimeout: maxTimeMs,
  });
  return {
    open: openStream({ rules, dispatcher: streaming, timeoutMs: maxTimeMs, userAgent: options.userAgent ?? 'kohort' }),
    send: async (request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> => {
      const url = checkUrl(rules, request.url);
      const timeoutMs = Math.min(request.timeoutMs ?? maxTimeMs, maxTimeMs);
      const timer = AbortSignal.timeout(timeoutMs);
      try {
        const reply = await call(url, {
          dispatcher: agent,
          method: request.method,
          headers: {
            'user-agent': options.userAgent ?? 'kohort',
            'accept-encoding': 'identity',
            ...request.headers,
          },
          body: request.body ?? null,
          signal: signal ? AbortSignal.any([signal, timer]) : timer,
        });
        const body = await readBody(reply.body, maxReplyBytes);
        return { status: reply.statusCode, headers: plainHeaders(reply.headers), body };
      } catch (thrown) {
        if (codeOf(thrown) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
          throw httpErrors.HTTP_REPLY_TOO_LARGE({ maxBytes: maxReplyBytes, delivered: 'unknown' }, { cause: thrown });
        throw toHttpError(thrown, { timeoutMs, timedOut: timer.aborted, stopped: signal?.aborted === true });
      }
    },
    close: async () => {
      await Promise.all([agent.destroy(), streaming.destroy()]);
    },
  };
}

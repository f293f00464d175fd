import { Agent, request as call, type buildConnector } from 'undici';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import type { HttpRequest, HttpResponse, HttpTransport } from '@kohort/kernel-contracts';
import { checkedConnect, systemResolve, type Resolve } from './checked-connect';
import { checkUrl, type EgressRules } from './egress-rules';
import { httpErrors } from './errors';

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
export interface EgressClient extends HttpTransport {
  close(): Promise<void>;
}

const NOT_DELIVERED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EADDRNOTAVAIL',
]);
const TLS = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_)/;

function codeOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string')
    return thrown.code;
  return 'unknown';
}

function toHttpError(thrown: unknown, how: { timeoutMs: number; timedOut: boolean; stopped: boolean }): AppError {
  if (isAppError(thrown)) return thrown;
  const code = codeOf(thrown);
  const because = { cause: thrown };
  if (how.stopped) return httpErrors.HTTP_CANCELLED({ delivered: 'unknown' }, because);
  if (NOT_DELIVERED.has(code)) return httpErrors.HTTP_UNREACHABLE({ reason: code, delivered: 'no' }, because);
  if (TLS.test(code)) return httpErrors.HTTP_TLS({ reason: code, delivered: 'no' }, because);
  const timedOut = how.timedOut || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (timedOut) return httpErrors.HTTP_TIMEOUT({ timeoutMs: how.timeoutMs, delivered: 'unknown' }, because);
  return httpErrors.HTTP_CONNECTION_LOST({ reason: code, delivered: 'unknown' }, because);
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
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
  return {
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
    close: () => agent.destroy(),
  };
}

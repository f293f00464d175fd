import { connect, type Socket } from 'node:net';
import { chooseAddress, systemResolve, type Resolve } from './checked-connect';
import type { EgressRules } from './egress-rules';
import { httpErrors } from './errors';
import { codeOf } from './http-failure';

export interface DialerOptions {
  /** Exact `host:port` pairs that may be private or loopback; empty in production. */
  readonly allow?: readonly string[];
  readonly timeoutMs?: number;
  /** How names become addresses; the machine's own unless a test says otherwise. */
  readonly resolve?: Resolve;
}

/** Opens connections of bytes for what does not speak HTTP. */
export type Dialer = (
  target: { readonly host: string; readonly port: number },
  signal?: AbortSignal,
) => Promise<Socket>;

function opened(
  address: string,
  port: number,
  limits: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Socket> {
  const { timeoutMs, signal } = limits;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, ...(signal ? { signal } : {}) });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const onError = (cause: Error): void => {
      if (signal?.aborted) fail(httpErrors.HTTP_CANCELLED({ delivered: 'no' }, { cause }));
      else fail(httpErrors.HTTP_UNREACHABLE({ reason: codeOf(cause), delivered: 'no' }, { cause }));
    };
    const onTimeout = (): void => fail(httpErrors.HTTP_TIMEOUT({ timeoutMs, delivered: 'no' }));
    socket.setTimeout(timeoutMs, onTimeout);
    socket.once('error', onError);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeListener('timeout', onTimeout);
      socket.removeListener('error', onError);
      resolve(socket);
    });
  });
}

/**
 * Opens the dialer. The name is resolved once, one forbidden address among many refuses them all, and the connection
 * goes to the address that was checked. Any port may be dialled: databases stand on many.
 *
 * Units   timeoutMs until the connection stands, default 10,000
 */
export function createDialer(options: DialerOptions = {}): Dialer {
  const rules: EgressRules = {
    allow: new Set((options.allow ?? []).map((pair) => pair.toLowerCase())),
    ports: new Set(),
  };
  return async ({ host, port }, signal) => {
    const bare = host.replace(/^\[|\]$/g, '');
    const address = await chooseAddress(rules, options.resolve ?? systemResolve, bare, port);
    return opened(address, port, { timeoutMs: options.timeoutMs ?? 10_000, signal });
  };
}

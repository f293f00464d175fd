import type { Clock } from '@kohort/kernel-clock-random';
import type { HttpRequest, HttpTransport, JsonObject } from '@kohort/kernel-contracts';
import type { FetchLike, FileArea, PluginHost } from '@kohort/plugin-kit-sdk';

/** The machine's parts that connectors are allowed to reach. */
export interface Machine {
  readonly http: HttpTransport;
  readonly files: FileArea;
  readonly clock: Clock;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function fetchOver(http: HttpTransport, signal: AbortSignal): FetchLike {
  return async (url, init) => {
    const method = METHODS.find((one) => one === init.method.toUpperCase()) ?? 'POST';
    const reply = await http.send({ method, url, headers: init.headers, body: init.body }, signal);
    return {
      status: reply.status,
      statusText: '',
      headers: { ...reply.headers },
      text: () => Promise.resolve(reply.body),
    };
  };
}

/** What one call of a connector gets. */
export function createPluginHost(machine: Machine, signal: AbortSignal): PluginHost {
  return { ...machine, fetch: fetchOver(machine.http, signal), signal };
}

/** A machine that does nothing and remembers everything: dry runs and recordings see the exact requests. */
export interface RecordingMachine extends Machine {
  readonly requests: HttpRequest[];
  readonly writes: { readonly path: string; readonly content: Uint8Array }[];
}

/** Every call is answered with 200 and an empty object; files are written to memory. */
export function createRecordingMachine(clock: Clock): RecordingMachine {
  const requests: HttpRequest[] = [];
  const writes: { path: string; content: Uint8Array }[] = [];
  const files = new Map<string, Uint8Array>();
  return {
    requests,
    writes,
    clock,
    http: {
      send: (request) => {
        requests.push(request);
        return Promise.resolve({ status: 200, headers: {}, body: '{}' });
      },
    },
    files: {
      read: (path) => Promise.resolve(files.get(path) ?? null),
      write: (path, content) => {
        files.set(path, content);
        writes.push({ path, content });
        return Promise.resolve();
      },
    },
  };
}

/** A recorded request as JSON; the body is shown as a value when it is JSON. */
export function describeRequest(request: HttpRequest): JsonObject {
  return {
    method: request.method,
    url: request.url,
    headers: { ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
  };
}

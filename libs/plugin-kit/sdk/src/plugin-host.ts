import type { Clock } from '@kohort/kernel-clock-random';
import type { HttpResponse, HttpTransport } from '@kohort/kernel-contracts';

/**
 * Files below one folder that the host gives. Paths are relative with `/`; a path that leaves the folder is refused.
 * `write` is atomic: after a crash the file holds the old bytes or the new ones.
 */
export interface FileArea {
  read(path: string): Promise<Uint8Array | null>;
  write(path: string, content: Uint8Array): Promise<void>;
}

/** The part of `fetch` that vendors' SDKs use. */
export interface FetchLike {
  (
    url: string,
    init: { method: string; headers: Record<string, string>; body: string },
  ): Promise<{ status: number; statusText: string; headers: Record<string, string>; text(): Promise<string> }>;
}

/** All that a connector gets from the machine. There is no other network, disk or clock for it. */
export interface PluginHost {
  readonly http: HttpTransport;
  /** The same transport in the shape of `fetch`, for an SDK that takes an injected one. */
  readonly fetch: FetchLike;
  readonly files: FileArea;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What came back, whatever the transport was. */
export type Reply = HttpResponse;

/** One outbound call, as plain data: what a connector builds, what a dry run shows, what a recording keeps. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Overrides the transport's own limit, downwards only. */
  readonly timeoutMs?: number;
}

/** Header names are in lower case; a header sent twice is joined with a comma. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The network as connectors get it. A caller may rely on this: no redirect is followed, no address of a private network
 * is reached, a reply of any status is a value, and only the absence of a reply is an error. That error says in
 * `details.delivered` whether the other side may have acted: `no` or `unknown`.
 */
export interface HttpTransport {
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
}

/** A reply whose body has not been read. The body must be read to its end or closed (`return` of its iterator). */
export interface HttpStreamReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A call whose reply may be long. */
export interface HttpStreamRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The network for what is fetched rather than sent. A caller may rely on this: the same addresses are refused as by
 * `HttpTransport`; no redirect is followed; a body that says nothing for 30 seconds fails; nothing is held in memory but
 * a chunk. The caller bounds the size.
 */
export interface HttpStreamer {
  open(request: HttpStreamRequest, signal?: AbortSignal): Promise<HttpStreamReply>;
}

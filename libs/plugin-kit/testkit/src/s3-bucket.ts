/// <reference path="./s3rver.d.ts" />
import { createServer, type Server, type ServerResponse } from 'node:http';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
import type { JsonObject } from '@kohort/kernel-contracts';

const KEY = 'S3RVER';
const SECRET = 'S3RVER';
const BUCKET = 'exports';

/** Sees each chunk of a reply before it goes out; answers what of it goes out, and when. */
type Tap = (chunk: Buffer) => Promise<Buffer>;

/** Sends a reply's chunks through a tap, in their order. */
function tapReply(response: ServerResponse, tap: Tap): void {
  const write = response.write.bind(response) as (chunk: Buffer) => boolean;
  const end = response.end.bind(response) as () => ServerResponse;
  let last = Promise.resolve();
  const later = (work: () => Promise<void>): void => {
    last = last.then(work);
  };
  response.write = ((chunk: Buffer) => {
    later(async () => {
      const out = await tap(chunk);
      if (!response.destroyed) write(out);
    });
    return true;
  }) as typeof response.write;
  response.end = (() => {
    later(async () => void (response.destroyed ? undefined : end()));
    return response;
  }) as typeof response.end;
}

/** A bucket on an S3-compatible server, filled and emptied by signed calls. For specs only. */
export class S3Bucket {
  /** Requests in the order in which they came: method, path with query, range. */
  readonly calls: string[] = [];
  /** Cuts the next reply to a read of an object after so many bytes. */
  cutAfter: number | null = null;
  private held: { readonly after: number; readonly released: Promise<void> } | null = null;

  private constructor(
    private readonly dir: string,
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<S3Bucket> {
    const dir = mkdtempSync(join(tmpdir(), 'kohort-s3-'));
    // Only where it is used: the suites of other connectors do without it.
    const { default: S3rver } = await import('@20minutes/s3rver');
    const configureBuckets = [{ name: BUCKET, configs: [] }];
    const rver = new S3rver({ directory: dir, silent: true, resetOnClose: true, configureBuckets });
    await rver.configureBuckets();
    const handle = rver.callback();
    const made: { bucket?: S3Bucket } = {};
    const server = createServer((request, response) => {
      const { bucket } = made;
      bucket?.calls.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
      if (request.method === 'GET' && request.headers.range !== undefined) bucket?.disturb(response);
      handle(request, response);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    made.bucket = new S3Bucket(dir, server, (server.address() as AddressInfo).port);
    return made.bucket;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What an operator would allow. */
  get pair(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Credentials that are right. */
  readonly keys = { accessKeyId: KEY, secretAccessKey: SECRET };

  /** Settings of plugin s3-source that reach it, without the credentials. */
  settings(more: JsonObject = {}): JsonObject {
    return { endpoint: `http://${this.pair}`, bucket: BUCKET, pathStyle: true, lagSeconds: 0, ...more };
  }

  /** Replies to reads of objects stop behind so many bytes until the answer is called. */
  holdAfter(bytes: number): () => void {
    const gate: { open: () => void } = { open: () => undefined };
    const released = new Promise<void>((resolve) => (gate.open = resolve));
    this.held = { after: bytes, released };
    return () => {
      this.held = null;
      gate.open();
    };
  }

  /** Keys of the objects of which something was read, in the order of the first reads. */
  get readKeys(): string[] {
    const keys = this.calls.flatMap((call) => /^GET \/exports\/(\S+) bytes=/.exec(call)?.[1] ?? []);
    return [...new Set(keys.map(decodeURIComponent))];
  }

  async put(key: string, content: Uint8Array, at?: Date): Promise<void> {
    await this.call('PUT', key, content);
    const file = join(this.dir, BUCKET, `${key}._S3rver_object`);
    if (at && existsSync(file)) utimesSync(file, at, at);
  }

  async clear(): Promise<void> {
    const objects = readdirSync(join(this.dir, BUCKET), { recursive: true, encoding: 'utf8' });
    for (const name of objects.filter((one) => one.endsWith('._S3rver_object'))) {
      await this.call('DELETE', name.replace(/\._S3rver_object$/, ''));
    }
    this.calls.length = 0;
  }

  private disturb(response: ServerResponse): void {
    const { cutAfter: cut, held } = this;
    this.cutAfter = null;
    if (cut === null && !held) return;
    let sent = 0;
    tapReply(response, async (chunk) => {
      sent += chunk.length;
      if (held && sent > held.after) await held.released;
      if (cut === null || sent <= cut) return chunk;
      setImmediate(() => response.socket?.destroy());
      return chunk.subarray(0, Math.max(0, chunk.length - (sent - cut)));
    });
  }

  private async call(method: string, key: string, body?: Uint8Array): Promise<void> {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const url = `http://${this.pair}/${BUCKET}/${path}`;
    const credentials = { ...this.keys, service: 's3', region: 'us-east-1' };
    const signed = await new AwsV4Signer({ ...credentials, method, url }).sign();
    const sent = body === undefined ? {} : { body: Buffer.from(body) };
    const reply = await fetch(signed.url, { method, headers: signed.headers, ...sent });
    if (!reply.ok) throw new TypeError(`${method}: ${reply.status} ${await reply.text()}`);
    await reply.arrayBuffer();
  }
}

import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, utimesSync, existsSync, readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { AwsV4Signer } from 'aws4fetch';
import { systemClock } from '@kohort/kernel-clock-random';
import type { JsonObject } from '@kohort/kernel-contracts';
import { createDialer, createEgressClient, type EgressClient } from '@kohort/platform-http';
import type { SourceWorld } from '@kohort/plugin-kit-testkit';
import type { SourceHost } from '@kohort/plugin-kit-sdk';

const KEY = 'S3RVER';
const SECRET = 'S3RVER';
const BUCKET = 'exports';

/** A bucket on an S3-compatible server, filled and emptied by signed calls. */
export class S3World implements SourceWorld {
  /** Requests in the order in which they came: method, path with query, range. */
  readonly calls: string[] = [];
  /** Cuts the next reply that has a body after so many bytes. */
  cutAfter: number | null = null;
  private http: EgressClient = createEgressClient();

  private constructor(
    private readonly dir: string,
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<S3World> {
    const dir = mkdtempSync(join(tmpdir(), 'kohort-s3-'));
    const rver = new S3rver({
      directory: dir,
      silent: true,
      resetOnClose: true,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
    await rver.configureBuckets();
    const handle = rver.callback();
    const made: { world?: S3World } = {};
    const server = createServer((request, response) => {
      const { world } = made;
      world?.calls.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
      const cut = request.method === 'GET' && request.headers.range !== undefined ? world?.cutAfter : null;
      if (cut != null && world) {
        world.cutAfter = null;
        let sent = 0;
        const write = response.write.bind(response) as (chunk: Buffer) => boolean;
        response.write = ((chunk: Buffer) => {
          const room = Math.max(0, cut - sent);
          sent += chunk.length;
          write(chunk.subarray(0, room));
          if (sent > cut) setImmediate(() => request.socket.destroy());
          return true;
        }) as typeof response.write;
      }
      handle(request, response);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const world = new S3World(dir, server, (server.address() as AddressInfo).port);
    made.world = world;
    world.http = createEgressClient({ allow: [`127.0.0.1:${world.port}`] });
    return world;
  }

  async stop(): Promise<void> {
    await this.http.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.dir, { recursive: true, force: true });
  }

  settings(_kind: 'incremental' | 'whole', more: JsonObject = {}): JsonObject {
    return {
      endpoint: `http://127.0.0.1:${this.port}`,
      bucket: BUCKET,
      pathStyle: true,
      accessKeyId: KEY,
      secretAccessKey: SECRET,
      lagSeconds: 0,
      ...more,
    };
  }

  wrongCredentials(): JsonObject {
    return this.settings('incremental', { secretAccessKey: 'wrong-secret-2' });
  }

  async put(key: string, content: Buffer, at?: Date): Promise<void> {
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

  async add(names: readonly string[]): Promise<void> {
    for (const name of names) await this.put(`${name}.csv`, Buffer.from(`id,plan\n${name},pro\n`));
  }

  machine(): Omit<SourceHost, 'signal'> {
    return { http: this.http, stream: this.http, dial: createDialer(), clock: systemClock };
  }

  host(): SourceHost {
    return { ...this.machine(), signal: new AbortController().signal };
  }

  private async call(method: string, key: string, body?: Buffer): Promise<void> {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const url = `http://127.0.0.1:${this.port}/${BUCKET}/${path}`;
    const credentials = { accessKeyId: KEY, secretAccessKey: SECRET, service: 's3', region: 'us-east-1' };
    const signed = await new AwsV4Signer({ ...credentials, method, url }).sign();
    const reply = await fetch(signed.url, { method, headers: signed.headers, ...(body ? { body } : {}) });
    if (!reply.ok) throw new TypeError(`${method}: ${reply.status} ${await reply.text()}`);
    await reply.arrayBuffer();
  }
}

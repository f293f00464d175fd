import { systemClock } from '@kohort/kernel-clock-random';
import type { JsonObject } from '@kohort/kernel-contracts';
import { createDialer, createEgressClient, type EgressClient } from '@kohort/platform-http';
import { S3Bucket, type SourceWorld } from '@kohort/plugin-kit-testkit';
import type { SourceHost } from '@kohort/plugin-kit-sdk';

/** A bucket as the contract suite moves it. */
export class S3World implements SourceWorld {
  private readonly http: EgressClient;

  private constructor(readonly bucket: S3Bucket) {
    this.http = createEgressClient({ allow: [bucket.pair] });
  }

  static async start(): Promise<S3World> {
    return new S3World(await S3Bucket.start());
  }

  async stop(): Promise<void> {
    await this.http.close();
    await this.bucket.stop();
  }

  settings(_kind: 'incremental' | 'whole', more: JsonObject = {}): JsonObject {
    return this.bucket.settings({ ...this.bucket.keys, ...more });
  }

  wrongCredentials(): JsonObject {
    return this.settings('incremental', { secretAccessKey: 'wrong-secret-2' });
  }

  clear(): Promise<void> {
    return this.bucket.clear();
  }

  async add(names: readonly string[]): Promise<void> {
    for (const name of names) await this.bucket.put(`${name}.csv`, Buffer.from(`id,plan\n${name},pro\n`));
  }

  machine(): Omit<SourceHost, 'signal'> {
    return { http: this.http, stream: this.http, dial: createDialer(), clock: systemClock };
  }

  host(): SourceHost {
    return { ...this.machine(), signal: new AbortController().signal };
  }
}

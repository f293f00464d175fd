import { AwsV4Signer } from 'aws4fetch';
import type { HttpStreamReply } from '@kohort/kernel-contracts';
import type { SourceHost } from '@kohort/plugin-kit-sdk';
import { toS3Error } from './errors';
import type { Settings } from './settings';

/** Signed calls to one bucket. A reply of another status than 200 or 206 is an error. */
export interface BucketClient {
  /** `key` null: the bucket itself. */
  get(
    key: string | null,
    ask?: { readonly query?: Readonly<Record<string, string>>; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<HttpStreamReply>;
}

/** An error's body is read no further than this. */
const ERROR_BYTES = 16_384;

async function headOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Each part of a key escaped as S3 signs it: everything but unreserved characters. */
const escaped = (key: string): string =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');

function addressOf(settings: Settings, key: string | null): URL {
  const base = new URL(settings.endpoint ?? `https://s3.${settings.region}.amazonaws.com`);
  const path = key === null ? '' : escaped(key);
  if (settings.pathStyle) return new URL(key === null ? `/${settings.bucket}` : `/${settings.bucket}/${path}`, base);
  base.hostname = `${settings.bucket}.${base.hostname}`;
  return new URL(`/${path}`, base);
}

/**
 * Opens a client. Calls are signed with AWS Signature Version 4 by the host's clock and go through the host's network.
 *
 * Source  https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function bucketClient(settings: Settings, host: SourceHost): BucketClient {
  const credentials = {
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    ...(settings.sessionToken === undefined ? {} : { sessionToken: settings.sessionToken }),
  };
  return {
    async get(key, ask = {}) {
      const url = addressOf(settings, key);
      for (const [name, value] of Object.entries(ask.query ?? {})) url.searchParams.set(name, value);
      const datetime = new Date(host.clock.now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
      const signer = new AwsV4Signer({
        ...credentials,
        method: 'GET',
        url: url.toString(),
        headers: { ...ask.headers },
        service: 's3',
        region: settings.region,
        datetime,
      });
      const signed = await signer.sign();
      const headers = Object.fromEntries([...signed.headers].filter(([name]) => name !== 'host'));
      const reply = await host.stream.open({ method: 'GET', url: signed.url.toString(), headers }, host.signal);
      if (reply.status === 200 || reply.status === 206) return reply;
      throw toS3Error(reply.status, await headOf(reply.body));
    },
  };
}

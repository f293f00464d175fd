import { gzipSync } from 'node:zlib';

/** A request as an SDK puts it on the wire, and what must stand in the database afterwards. */
export interface SdkForm {
  readonly sdk: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly stored: readonly {
    readonly messageId: string;
    readonly type: string;
    readonly name: string | null;
  }[];
}

const basic = (writeKey: string): string => `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
const json = { 'content-type': 'application/json' };

/** Python: key in header and body, `+00:00` with microseconds, gzip where it is asked for. */
function python(writeKey: string): SdkForm {
  const message = (messageId: string, extra: object) => ({
    ...{ messageId, anonymousId: null, integrations: {}, timestamp: '2026-11-01T12:00:00.123456+00:00' },
    context: { library: { name: 'analytics-python', version: '2.3.5' } },
    ...extra,
  });
  const body = {
    batch: [
      message('py-1', { type: 'track', event: 'Order Completed', userId: 'u-py', properties: { revenue: 12.5 } }),
      message('py-2', { type: 'identify', userId: 'u-py', traits: { email: 'py@example.org' } }),
    ],
    sentAt: '2026-11-01T12:00:00.623456+00:00',
    writeKey,
  };
  return {
    ...{ sdk: 'analytics-python', path: '/v1/batch' },
    headers: {
      ...json,
      ...{ 'user-agent': 'analytics-python/2.3.5', authorization: basic(writeKey), 'content-encoding': 'gzip' },
    },
    body: gzipSync(JSON.stringify(body)),
    stored: [
      { messageId: 'py-1', type: 'track', name: 'Order Completed' },
      { messageId: 'py-2', type: 'identify', name: null },
    ],
  };
}

/** Ruby: key in the header alone, `Accept`, the count of retries on a second try. */
function ruby(writeKey: string): SdkForm {
  const body = {
    sentAt: '2026-11-01T13:00:00.500+01:00',
    batch: [
      {
        ...{ type: 'group', groupId: 'g-rb', userId: 'u-rb', traits: { seats: 5 }, messageId: 'rb-1' },
        ...{ timestamp: '2026-11-01T13:00:00.000+01:00', integrations: {} },
        context: { library: { name: 'analytics-ruby', version: '2.5.0' } },
      },
    ],
  };
  return {
    ...{ sdk: 'analytics-ruby', path: '/v1/batch' },
    headers: {
      ...json,
      ...{ accept: 'application/json', 'user-agent': 'analytics-ruby/2.5.0', authorization: basic(writeKey) },
      'x-retry-count': '1',
    },
    body: Buffer.from(JSON.stringify(body)),
    stored: [{ messageId: 'rb-1', type: 'group', name: null }],
  };
}

/** Go: an id and a context of the batch as a whole, nanoseconds. */
function go(writeKey: string): SdkForm {
  const body = {
    messageId: 'batch-id-of-go',
    sentAt: '2026-11-01T12:00:00.500000001Z',
    batch: [
      {
        ...{ type: 'screen', messageId: 'go-1', anonymousId: 'a-go', timestamp: '2026-11-01T12:00:00.000000001Z' },
        ...{ name: 'Main', properties: { referrer: 'x' } },
      },
    ],
    context: { library: { name: 'analytics-go', version: '3.3.0' } },
  };
  return {
    ...{ sdk: 'analytics-go', path: '/v1/batch' },
    headers: { ...json, 'user-agent': 'analytics-go (version: 3.3.0)', authorization: basic(writeKey) },
    body: Buffer.from(JSON.stringify(body)),
    stored: [{ messageId: 'go-1', type: 'screen', name: 'Screen Viewed' }],
  };
}

/** PHP: an empty list where an empty object is meant, gzip of its own kind, `Expect` for larger bodies. */
function php(writeKey: string): SdkForm {
  const body = {
    batch: [
      {
        ...{ type: 'alias', previousId: 'a-php', userId: 'u-php', messageId: 'php-1', properties: null },
        ...{ timestamp: '2026-11-01T12:00:00+00:00', anonymousId: null },
        context: { library: { name: 'analytics-php', version: '3.8.0', consumer: 'LibCurl' } },
      },
      {
        ...{
          type: 'page',
          name: 'Docs',
          userId: 'u-php',
          messageId: 'php-2',
          timestamp: '2026-11-01T12:00:00.000+00:00',
        },
        context: { library: { name: 'analytics-php', version: '3.8.0', consumer: 'LibCurl' } },
      },
    ],
    sentAt: '2026-11-01T12:00:00.500+00:00',
  };
  return {
    ...{ sdk: 'analytics-php', path: '/v1/batch' },
    headers: {
      ...json,
      ...{ 'user-agent': 'analytics-php/3.8.0', authorization: basic(writeKey), 'content-encoding': 'gzip' },
    },
    body: gzipSync(JSON.stringify(body), { level: 6 }),
    stored: [
      { messageId: 'php-1', type: 'alias', name: null },
      { messageId: 'php-2', type: 'page', name: 'Page Viewed' },
    ],
  };
}

/** Java: an address that ends in a slash, a charset, the key in the body too, a sequence number. */
function java(writeKey: string): SdkForm {
  const body = {
    batch: [
      {
        ...{ type: 'track', event: 'Signed Up', userId: 'u-java', messageId: 'java-1', integrations: {} },
        ...{ timestamp: '2026-11-01T12:00:00.000Z', properties: { plan: 'pro', nothing: null } },
        context: { library: { name: 'analytics-java', version: '3.5.1' } },
      },
    ],
    sentAt: '2026-11-01T12:00:00.500Z',
    context: { library: { name: 'analytics-java', version: '3.5.1' } },
    sequence: 1,
    writeKey,
  };
  return {
    ...{ sdk: 'analytics-java', path: '/v1/import/' },
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      ...{ accept: 'application/json', 'user-agent': 'analytics-java/3.5.1', authorization: basic(writeKey) },
    },
    body: Buffer.from(JSON.stringify(body)),
    stored: [{ messageId: 'java-1', type: 'track', name: 'Signed Up' }],
  };
}

/** The forms of five SDKs, as their public sources make them. */
export function sdkForms(writeKey: string): readonly SdkForm[] {
  return [python, ruby, go, php, java].map((form) => form(writeKey));
}

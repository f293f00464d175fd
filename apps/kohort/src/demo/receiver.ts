import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** One request that reached the demo's receiver. */
export interface Arrival {
  readonly at: number;
  readonly path: string;
  /** Members named (webhook) or events carried (Segment). */
  readonly items: readonly { readonly id: string; readonly action: string; readonly segment: string }[];
  /** The signature was right (webhook); always true for Segment, which has none. */
  readonly verified: boolean;
}

/** A stand-in for other people's systems: a signed webhook at /webhook, a Segment source at /v1/batch. */
export interface Receiver {
  readonly url: string;
  readonly host: string;
  readonly arrivals: readonly Arrival[];
  onArrival(listener: (arrival: Arrival) => void): void;
  stop(): Promise<void>;
}

const webhookSchema = z.object({
  type: z.string(),
  data: z.object({
    segment: z.object({ key: z.string() }),
    action: z.string().optional(),
    members: z.array(
      z.object({ id: z.string(), external_ids: z.object({ user_id: z.array(z.string()).optional() }).optional() }),
    ),
  }),
});
const batchSchema = z.object({
  batch: z.array(
    z.object({
      type: z.string(),
      userId: z.string().optional(),
      anonymousId: z.string().optional(),
      event: z.string().optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      traits: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Standard Webhooks: HMAC-SHA256 over id.timestamp.body, any of the listed v1 signatures. */
function signatureHolds(request: IncomingMessage, body: Buffer, secret: string): boolean {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = Buffer.concat([Buffer.from(`${header('webhook-id')}.${header('webhook-timestamp')}.`), body]);
  const expected = createHmac('sha256', key).update(content).digest();
  return header('webhook-signature')
    .split(' ')
    .filter((entry) => entry.startsWith('v1,'))
    .some((entry) => {
      const given = Buffer.from(entry.slice(3), 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}

function parseWebhook(body: Buffer): Arrival['items'] {
  const { data } = webhookSchema.parse(JSON.parse(body.toString()));
  return data.members.map((member) => ({
    id: member.external_ids?.user_id?.[0] ?? member.id,
    action: data.action ?? '',
    segment: data.segment.key,
  }));
}

function parseBatch(body: Buffer): Arrival['items'] {
  const { batch } = batchSchema.parse(JSON.parse(body.toString()));
  return batch.map((event) => ({
    id: event.userId ?? event.anonymousId ?? '',
    action: event.event ?? event.type,
    segment: String(event.properties?.['audience_key'] ?? Object.keys(event.traits ?? {})[0] ?? ''),
  }));
}

/** Starts the receiver on a free loopback port. */
export async function startReceiver(webhookSecret: string): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const listeners: ((arrival: Arrival) => void)[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    void (async () => {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const body = await bodyOf(request);
      const webhook = path === '/webhook';
      const verified = !webhook || signatureHolds(request, body, webhookSecret);
      if (!verified) {
        response.writeHead(401).end();
        return;
      }
      const arrival: Arrival = { at, path, items: webhook ? parseWebhook(body) : parseBatch(body), verified };
      arrivals.push(arrival);
      for (const listener of listeners) listener(arrival);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
    })().catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    arrivals,
    onArrival: (listener) => void listeners.push(listener),
    stop: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

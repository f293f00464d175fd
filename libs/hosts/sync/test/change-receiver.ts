import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook } from '@kohort/plugin-webhook';

/** A message that arrived. */
export interface Arrived {
  readonly id: string;
  readonly type: string;
  /** Of a snapshot: the last page. */
  readonly isLast: boolean;
  readonly ids: readonly string[];
  readonly signatures: number;
  /** Whether this secret signed it. */
  isSignedBy(secret: string): boolean;
}

interface Body {
  readonly type: string;
  readonly data: {
    readonly changes?: readonly { readonly id: string }[];
    readonly members?: readonly { readonly id: string }[];
    readonly isLast?: boolean;
  };
}

/** Somebody's endpoint: answers what it is told to, and keeps what arrived. */
export class ChangeReceiver {
  readonly arrived: Arrived[] = [];
  /** Answers of the next messages; 200 when there are none. Called before the answer is sent. */
  readonly answers: (number | (() => Promise<number>))[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ChangeReceiver> {
    const holder: { receiver?: ChangeReceiver } = {};
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        void holder.receiver?.take(request.headers, text).then((status) => response.writeHead(status).end());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    holder.receiver = new ChangeReceiver(server);
    return holder.receiver;
  }

  get pair(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.pair}/changes`;
  }

  /** All changes in the order of their arrival. */
  get ids(): readonly string[] {
    return this.arrived.flatMap((message) => message.ids);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async take(headers: NodeJS.Dict<string | string[]>, text: string): Promise<number> {
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const body = JSON.parse(text) as Body;
    this.arrived.push({
      id: flat['webhook-id'] ?? '',
      type: body.type,
      isLast: body.data.isLast === true,
      ids: (body.data.changes ?? body.data.members ?? []).map(({ id }) => id),
      signatures: (flat['webhook-signature'] ?? '').split(' ').length,
      isSignedBy: (secret) => verifyWebhook(flat, text, { secret, nowMs: Date.now() }),
    });
    const answer = this.answers.shift() ?? 200;
    return typeof answer === 'number' ? answer : answer();
  }
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A destination of our own that takes signed webhooks. */
export interface Receiver {
  readonly url: string;
  /** For the exceptions of the way out. */
  readonly pair: string;
  /** Ids of the people that it was told to add. */
  readonly added: ReadonlySet<string>;
  /** Messages that came without a signature. */
  readonly unsigned: number;
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const added = new Set<string>();
  let unsigned = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!String(request.headers['webhook-signature']).startsWith('v1,')) unsigned += 1;
      const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      if (data.action === 'add') for (const member of data.members) added.add(member.id);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    pair: `127.0.0.1:${port}`,
    added,
    get unsigned() {
      return unsigned;
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

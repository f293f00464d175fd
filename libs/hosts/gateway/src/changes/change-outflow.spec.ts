import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@kohort/kernel-telemetry';
import { outflow, type ChangeLot } from './change-outflow';

const LOT_CHARS = 40_000;
/** More than all buffers between two ends of a connection hold. */
const LOTS = 600;

const lotOf = (n: number): ChangeLot => ({
  text: `${JSON.stringify({ n, cursor: `c${n}`, pad: 'x'.repeat(LOT_CHARS) })}\n`,
  cursor: `c${n}`,
});

interface Line {
  readonly n?: number;
  readonly cursor: string;
  readonly error?: { readonly code: string };
}

describe('lines of changes on their way out', () => {
  let server: Server;
  /** How the next answer goes out; `given` counts the lots that were asked for. */
  const next = { slowMs: 0, lastWordsMs: 0, given: 0, held: 0, isOver: false, tooSlow: (): void => undefined, cuts: 0 };
  async function* lots(): AsyncGenerator<ChangeLot> {
    try {
      for (let n = 0; n < LOTS; n += 1) {
        next.given += 1;
        yield lotOf(n);
      }
    } finally {
      next.isOver = true;
    }
  }
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { slowMs, lastWordsMs } = next;
      const lines = outflow({
        ...{ lots: lots(), slowMs, lastWordsMs, logger: { ...silentLogger, info: () => next.tooSlow() } },
        onHeld: () => (next.held += 1),
        cut: () => {
          next.cuts += 1;
          request.destroy();
        },
      });
      response.once('close', () => lines.destroy());
      lines.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function ask(of: { slowMs: number; lastWordsMs: number }) {
    const told = new Promise<void>((resolve) => {
      Object.assign(next, { ...of, given: 0, held: 0, isOver: false, tooSlow: resolve, cuts: 0 });
    });
    const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { agent: false });
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { told, response };
  }

  async function readAll(response: IncomingMessage): Promise<Line[]> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
  }

  it('all come to a client that reads', async () => {
    const { response } = await ask({ slowMs: 60_000, lastWordsMs: 0 });
    const lines = await readAll(response);
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: LOTS }, (_, n) => n));
    expect(next).toMatchObject({ isOver: true, cuts: 0 });
  });

  it('end with the cursor for a client that has stood still, and no more are asked for than are held', async () => {
    const { response, told } = await ask({ slowMs: 50, lastWordsMs: 60_000 });
    await told;
    // Nothing was read: the buffers of the connection hold a few megabytes of the twenty-four.
    expect(next.given).toBeLessThan(LOTS / 2);
    // Whoever gives the lots was told that they are not wanted now.
    expect(next.held).toBeGreaterThan(0);
    const lines = await readAll(response);
    const last = lines.pop();
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: next.given }, (_, n) => n));
    expect(last).toMatchObject({ error: { code: 'GATEWAY_STREAM_SLOW' }, cursor: lines.at(-1)?.cursor });
    expect(next.isOver).toBe(true);
  });

  it('are cut off when the last words are not taken either', async () => {
    const { response, told } = await ask({ slowMs: 50, lastWordsMs: 0 });
    await told;
    await expect(readAll(response)).rejects.toThrow('aborted');
    expect(next).toMatchObject({ isOver: true, cuts: 1 });
  });

  it('are asked for no more when the client is gone', async () => {
    const { response } = await ask({ slowMs: 60_000, lastWordsMs: 0 });
    response.destroy();
    while (!next.isOver) await new Promise((resolve) => setImmediate(resolve));
    expect(next.given).toBeLessThan(LOTS);
  });
});

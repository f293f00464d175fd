import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { changeLines, type ChangesAsked } from './change-lines';
import { openClient } from './gateway-client';

const line = (n: number): string => JSON.stringify({ cursor: `c${n}`, kind: 'entered', name: 'é' });

describe('changeLines', () => {
  let server: Server;
  let reply: { status: number; chunks: Buffer[]; cut: boolean };
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(reply.status);
      for (const chunk of reply.chunks) response.write(chunk);
      if (reply.cut) setImmediate(() => request.socket.destroy());
      else response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const read = async (of: ChangesAsked) => {
    const client = openClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'key');
    const cursors: string[] = [];
    try {
      for await (const { cursor } of changeLines(client, of)) cursors.push(cursor);
      return { cursors, error: null };
    } catch (thrown) {
      return { cursors, error: thrown };
    }
  };

  it('puts lines together however they are cut, and passes over empty ones', async () => {
    const bytes = Buffer.from(`${line(1)}\n\n${line(2)}\n`);
    for (const at of [1, bytes.indexOf('é') + 1, bytes.length - 1]) {
      reply = { status: 200, chunks: [bytes.subarray(0, at), bytes.subarray(at)], cut: false };
      expect(await read({ follow: true, after: 'c0', segment: 'pro' })).toEqual({ cursors: ['c1', 'c2'], error: null });
    }
    expect(asked.at(-1)).toBe('/v1/changes.ndjson?follow=true&after=c0&segment=pro');
  });

  it('tells a refusal, an end with a reason, and a break from one another', async () => {
    const refusal = { code: 'POSTGRES_CURSOR_EXPIRED', message: 'too old', snapshotToken: 't1' };
    reply = { status: 409, chunks: [Buffer.from(JSON.stringify(refusal))], cut: false };
    expect((await read({ follow: false })).error).toMatchObject({
      code: 'CLIENT_REFUSED',
      message: 'too old; snapshot token t1 (POSTGRES_CURSOR_EXPIRED)',
    });
    const end = JSON.stringify({ error: { code: 'ACCESS_KEY_REFUSED', message: 'no' }, cursor: 'c1' });
    reply = { status: 200, chunks: [Buffer.from(`${line(1)}\n${end}\n`)], cut: false };
    expect(await read({ follow: true })).toMatchObject({ cursors: ['c1'], error: { code: 'CLIENT_REFUSED' } });
    const slow = JSON.stringify({ error: { code: 'GATEWAY_STREAM_SLOW', message: 'slow' }, cursor: 'c1' });
    reply = { status: 200, chunks: [Buffer.from(`${line(1)}\n${slow}\n`)], cut: false };
    expect(await read({ follow: true })).toMatchObject({ cursors: ['c1'], error: { code: 'CLIENT_TOO_SLOW' } });
    reply = { status: 200, chunks: [Buffer.from(`${line(1)}\n${line(2).slice(0, 9)}`)], cut: true };
    expect((await read({ follow: true })).error).toMatchObject({ code: 'CLIENT_CUT_OFF' });
  });
});

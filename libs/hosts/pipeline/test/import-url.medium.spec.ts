import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Json, RunId } from '@kohort/kernel-contracts';
import { PullWorld } from './pull-world';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const MAPPING = {
  name: 'people',
  version: 1,
  format: 'table',
  createProfiles: true,
  match: { columns: ['id', 'plan'] },
  fields: { id: { column: 'id', type: 'text' }, plan: { column: 'plan', type: 'text' } },
  message: { type: 'identify', userId: { field: 'id' }, traits: { plan: { field: 'plan' } } },
};
const rows = Array.from({ length: 6_000 }, (_, i) => `u${i},${createHash('md5').update(String(i)).digest('hex')}`);
const csv = Buffer.from(`id,plan\n${rows.join('\n')}\n`);

describe('importing what is behind an address', () => {
  let world: PullWorld;
  let server: Server;
  let url: string;
  let answers: Answer[] = [];
  let calls: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      calls.push(`${request.url ?? ''} ${request.headers.range ?? ''}`.trim());
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(request, response);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const pair = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    url = `http://${pair}/data/people.csv`;
    world = await PullWorld.start([pair]);
  });
  afterAll(async () => {
    await world.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(async () => {
    await world.reset();
    calls = [];
  });

  const whole =
    (content: Buffer, headers: Record<string, string> = {}): Answer =>
    (_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/csv',
        'content-length': content.length,
        etag: '"v1"',
        ...headers,
      });
      response.end(content);
    };
  /** Breaks the connection behind so many bytes. */
  const broken =
    (content: Buffer, after: number): Answer =>
    (request, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"v1"' });
      response.write(content.subarray(0, after), () => setImmediate(() => request.socket.destroy()));
    };
  const rest =
    (content: Buffer, etag = '"v1"'): Answer =>
    (request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]);
      if (request.headers['if-range'] !== etag) return whole(content, { etag })(request, response);
      response.writeHead(206, { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}`, etag });
      response.end(content.subarray(start));
    };

  async function run(address = url, isLastAttempt = true) {
    const source = (await world.sourceId()) as never;
    const params = { url: address, fileName: 'people.csv', sourceId: source, mapping: MAPPING };
    const asked = await world.commands.requestRun({ job: 'ingest.import', params, idempotencyKey: null });
    await world.work('ingest.import', asked.id as RunId, { isLastAttempt });
    return world.job(asked.id as RunId);
  }
  const counts = (result: Json): Json => (result as { counts: { stored: number } }).counts.stored;

  it('takes a file, gzipped or not', async () => {
    answers = [whole(csv)];
    expect(counts((await run()).result)).toBe(6_000);
    answers = [whole(gzipSync(csv), { 'content-type': 'application/octet-stream' })];
    await world.reset();
    expect(counts((await run()).result)).toBe(6_000);
  });

  it('takes a broken download up where it broke, as long as it is the same file', async () => {
    answers = [broken(csv, 60_000), rest(csv), whole(csv)];
    expect(counts((await run()).result)).toBe(6_000);
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatch(/bytes=[1-9]\d*-$/);
    answers = [broken(csv, 60_000), rest(csv, '"v2"')];
    expect((await run()).error).toMatchObject({ code: 'INGEST_URL_CHANGED', kind: 'transient' });
  });

  it('follows redirects that may be followed, each checked', async () => {
    const to =
      (target: string): Answer =>
      (_request, response) =>
        void response.writeHead(302, { location: target }).end();
    answers = [to('/moved.csv'), whole(csv)];
    expect((await run()).status).toBe('succeeded');
    for (const target of [
      'http://127.0.0.1:1/x',
      'https://10.0.0.1/x',
      'https://[::1]/x',
      'file:///etc/passwd',
      'https://169.254.169.254/latest',
    ]) {
      answers = [to(target)];
      expect((await run()).error).toMatchObject({ code: 'HTTP_EGRESS_REFUSED' });
    }
    answers = [to('/again')];
    expect((await run()).error).toMatchObject({ code: 'INGEST_URL_REFUSED' });
  });

  it.each([
    [
      'a web page',
      whole(Buffer.from('<html>log in</html>'), { 'content-type': 'text/html; charset=utf-8' }),
      'INGEST_URL_REFUSED',
    ],
    ['a page that is not there', ((_q, r) => void r.writeHead(404).end('no')) as Answer, 'INGEST_URL_REFUSED'],
    ['more than the limit, as announced', whole(csv, { 'content-length': '2000000000' }), 'INGEST_URL_REFUSED'],
    ['an archive', whole(Buffer.from('PK\x03\x04rest', 'latin1'), { etag: '' }), 'INGEST_FILE_UNREADABLE'],
    ['a server in trouble', ((_q, r) => void r.writeHead(503).end()) as Answer, 'INGEST_URL_FAILED'],
  ])('says what is wrong with %s', async (_what, answer, code) => {
    answers = [answer];
    expect((await run()).error).toMatchObject({ code });
  });

  it('fetches once, also when the worker is stopped behind the download', async () => {
    answers = [whole(csv)];
    const source = (await world.sourceId()) as never;
    const params = { url, fileName: 'people.csv', sourceId: source, mapping: MAPPING };
    const asked = await world.commands.requestRun({ job: 'ingest.import', params, idempotencyKey: null });
    const runId = asked.id as RunId;
    const controller = new AbortController();
    const working = world.work('ingest.import', runId, { signal: controller.signal }).catch(() => undefined);
    while ((await world.storedEvents()) === 0) if ((await world.job(runId)).status === 'succeeded') break;
    controller.abort();
    await working;
    if ((await world.job(runId)).status !== 'succeeded') await world.work('ingest.import', runId);
    expect((await world.job(runId)).result).toMatchObject({ rows: 6_000, counts: { stored: 6_000, duplicate: 0 } });
    expect(calls).toHaveLength(1);
  });

  it('does not go to private addresses', async () => {
    for (const address of [
      'http://127.0.0.1/x',
      'https://localhost/x',
      'https://192.168.0.1/x',
      'https://[fd00::1]/x',
    ]) {
      expect((await run(address)).error).toMatchObject({ code: 'HTTP_EGRESS_REFUSED' });
    }
  });
});

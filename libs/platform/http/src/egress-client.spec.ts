import { createServer, type Server } from 'node:http';
import { createServer as createTcp, connect as tcpConnect, type AddressInfo, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { seededRandom } from '@kohort/kernel-clock-random';
import { createEgressClient, type EgressClient, type EgressOptions } from './egress-client';

const open: EgressClient[] = [];
const client = (options: EgressOptions): EgressClient => {
  const made = createEgressClient(options);
  open.push(made);
  return made;
};
const get = (url: string): { method: 'GET'; url: string; headers: Record<string, string> } => ({
  method: 'GET',
  url,
  headers: {},
});

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/hang') return;
    if (path === '/reset') return void request.socket.resetAndDestroy();
    if (path === '/large') return void response.end(Buffer.alloc(70_000, 'x'));
    if (path === '/half') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      return void setImmediate(() => request.socket.destroy());
    }
    if (path === '/redirect') return void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('moved');
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(JSON.stringify({ method: request.method, body, headers: request.headers })));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const local = (extra: EgressOptions = {}): EgressClient => client({ allow: [`127.0.0.1:${port}`], ...extra });
const base = (): string => `http://127.0.0.1:${port}`;

describe('an allowed pair', () => {
  it('is called over http, and the reply is plain data', async () => {
    const reply = await local().send({ method: 'POST', url: `${base()}/echo`, headers: { 'x-a': '1' }, body: 'hé' });
    expect(reply.status).toBe(200);
    expect(reply.headers['set-cookie']).toBe('a=1, b=2');
    expect(JSON.parse(reply.body)).toMatchObject({
      method: 'POST',
      body: 'hé',
      headers: { 'x-a': '1', 'accept-encoding': 'identity' },
    });
  });

  it('answers a redirect as it is', async () => {
    await expect(local().send(get(`${base()}/redirect`))).resolves.toMatchObject({ status: 302, body: 'moved' });
  });

  it('does not extend to another port or name', async () => {
    await expect(local().send(get('http://127.0.0.1:1/'))).rejects.toMatchObject({ code: 'HTTP_EGRESS_REFUSED' });
    await expect(local().send(get(`http://localhost:${port}/`))).rejects.toMatchObject({ code: 'HTTP_EGRESS_REFUSED' });
  });

  it('ignores proxy variables', async () => {
    const before = { http: process.env['HTTP_PROXY'], https: process.env['HTTPS_PROXY'] };
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:1';
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:1';
    const reply = await local().send(get(`${base()}/echo`));
    process.env['HTTP_PROXY'] = before.http ?? '';
    process.env['HTTPS_PROXY'] = before.https ?? '';
    expect(reply.status).toBe(200);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['/hang', 'HTTP_TIMEOUT', 150],
    ['/reset', 'HTTP_CONNECTION_LOST', 30_000],
    ['/half', 'HTTP_CONNECTION_LOST', 30_000],
    ['/large', 'HTTP_REPLY_TOO_LARGE', 30_000],
  ])('%s is %s, and whether it was delivered unknown', async (path, code, timeoutMs) => {
    const sending = local({ timeoutMs, maxReplyBytes: 65_536 }).send(get(`${base()}${path}`));
    await expect(sending).rejects.toMatchObject({ code, kind: 'transient', details: { delivered: 'unknown' } });
  });

  it('a refused connection is known not to be delivered', async () => {
    const free = createTcp();
    await new Promise<void>((ready) => free.listen(0, '127.0.0.1', ready));
    const gone = (free.address() as AddressInfo).port;
    await new Promise((closed) => free.close(closed));
    await expect(client({ allow: [`127.0.0.1:${gone}`] }).send(get(`http://127.0.0.1:${gone}/`))).rejects.toMatchObject(
      { code: 'HTTP_UNREACHABLE', details: { delivered: 'no' } },
    );
  });

  it('a name that is not known is known not to be delivered', async () => {
    const resolve = (): Promise<string[]> => Promise.reject(new Error('ENOTFOUND'));
    await expect(client({ resolve }).send(get('https://nowhere.example/'))).rejects.toMatchObject({
      code: 'HTTP_NAME_UNKNOWN',
      details: { delivered: 'no' },
    });
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const sending = local().send(get(`${base()}/hang`), controller.signal);
    controller.abort();
    await expect(sending).rejects.toMatchObject({ code: 'HTTP_CANCELLED', kind: 'cancelled' });
  });

  it.each([
    ['http:', 'http://example.org/'],
    ['a port off the list', 'https://example.org:8443/'],
    ['credentials', 'https://user:pass@example.org/'],
    ['another scheme', 'file:///etc/passwd'],
    ['another scheme', 'ftp://example.org/'],
    ['no address', '/path'],
    ['an empty host', 'https:///'],
  ])('%s is refused: %s', async (_why, url) => {
    await expect(client({}).send(get(url))).rejects.toMatchObject({
      code: 'HTTP_EGRESS_REFUSED',
      details: { delivered: 'no' },
    });
  });
});

/** Many spellings of one IPv4 address, as attackers write them. */
function spellings(octets: readonly number[], pick: (n: number) => number): string {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (n: number): string => n.toString(16);
  const part = (n: number): string =>
    [String(n), `0x${hex(n)}`, `0${n.toString(8)}`, `0X${hex(n).toUpperCase()}`][pick(4)] ?? '';
  const high = hex(a * 256 + b);
  const low = hex(c * 256 + d);
  const forms = [
    `${part(a)}.${part(b)}.${part(c)}.${part(d)}`,
    `${part(a)}.${part(b)}.${part(c * 256 + d)}`,
    `${part(a)}.${part((b * 256 + c) * 256 + d)}`,
    part(number),
    [...`${a}.${b}.${c}.${d}`]
      .map((char) => (/\d/.test(char) ? String.fromCodePoint(0xff10 + Number(char)) : char))
      .join(''),
    `${a}。${b}｡${c}．${d}`,
    [...`${a}.${b}.${c}.${d}`].map((char) => `%${hex(char.charCodeAt(0))}`).join(''),
    `${a}.${b}.${c}.${d}.`,
    `[::ffff:${a}.${b}.${c}.${d}]`,
    `[::ffff:${high}:${low}]`,
    `[::${high}:${low}]`,
    `[64:ff9b::${high}:${low}]`,
    `[64:ff9b:1::${high}:${low}]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:4136:e378:8000:63bf:${hex(0xffff ^ (a * 256 + b))}:${hex(0xffff ^ (c * 256 + d))}]`,
    `[0:0:0:0:0:FFFF:${high}:${low}]`,
  ];
  return forms[pick(forms.length)] ?? '';
}

describe('server-side request forgery', () => {
  it('10,000 spellings of forbidden addresses make no connection', async () => {
    let connections = 0;
    const listener = createTcp((socket: Socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready));
    const target = (listener.address() as AddressInfo).port;
    const egress = client({ ports: [target] });
    const random = seededRandom(20_260_1);
    const pick = (n: number): number => random.int(n);
    const ranges = [
      (): number[] => [127, pick(256), pick(256), pick(256)],
      (): number[] => [10, pick(256), pick(256), pick(256)],
      (): number[] => [169, 254, 169, 254],
      (): number[] => [192, 168, pick(256), pick(256)],
      (): number[] => [172, 16 + pick(16), pick(256), pick(256)],
      (): number[] => [100, 64 + pick(64), pick(256), pick(256)],
      (): number[] => [0, 0, 0, 0],
      (): number[] => [127, 0, 0, 1],
    ];
    const codes = new Map<string, number>();
    for (let i = 0; i < 10_000; i += 1) {
      const octets = (ranges[pick(ranges.length)] ?? (() => []))();
      const url = `https://${spellings(octets, pick)}:${target}/`;
      const code = await egress.send(get(url)).then(
        () => 'sent',
        (error: { code: string }) => error.code,
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    await new Promise((closed) => listener.close(closed));
    expect(connections).toBe(0);
    expect(Object.fromEntries(codes)).toEqual({ HTTP_EGRESS_REFUSED: 10_000 });
  }, 60_000);

  it('a name that changes its address between check and connection gains nothing', async () => {
    const random = seededRandom(7);
    const reached: string[] = [];
    const connect: buildConnector.connector = (options, callback) => {
      reached.push(options.hostname);
      const socket = tcpConnect(port, '127.0.0.1', () => callback(null, socket));
    };
    const outcomes = new Map<string, number>();
    for (let i = 0; i < 300; i += 1) {
      const answers = Array.from({ length: 4 }, () => {
        const mixed = ['8.8.8.8', '2606:4700::1111', '127.0.0.1', '::1', '10.0.0.1', '169.254.169.254'];
        return Array.from({ length: 1 + random.int(3) }, () => mixed[random.int(mixed.length)] ?? '');
      });
      let asked = 0;
      const egress = createEgressClient({
        connect,
        resolve: () => Promise.resolve(answers[asked++] ?? ['127.0.0.1']),
      });
      const before = reached.length;
      const outcome = await egress.send(get('https://rebind.example/echo')).then(
        (reply) => String(reply.status),
        (error: { code: string }) => error.code,
      );
      await egress.close();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(asked).toBe(1);
      if (outcome === '200') expect(answers[0]).toContain(reached[before]);
      else expect(reached.length).toBe(before);
    }
    expect(reached.filter((address) => !['8.8.8.8', '2606:4700::1111'].includes(address))).toEqual([]);
    expect(outcomes.get('200')).toBeGreaterThan(20);
    expect(outcomes.get('HTTP_EGRESS_REFUSED')).toBeGreaterThan(100);
    expect([...outcomes.keys()].sort()).toEqual(['200', 'HTTP_EGRESS_REFUSED']);
  }, 60_000);

  it('names of this machine are refused after they are resolved', async () => {
    for (const name of ['localhost', 'LOCALHOST', 'localhost.'])
      await expect(client({}).send(get(`https://${name}/`))).rejects.toMatchObject({
        code: expect.stringMatching(/HTTP_EGRESS_REFUSED|HTTP_NAME_UNKNOWN/),
        details: { delivered: 'no' },
      });
  });
});

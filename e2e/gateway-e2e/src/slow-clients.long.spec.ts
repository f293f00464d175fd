import { readFileSync } from 'node:fs';
import { get, type ClientRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { seededRandom } from '@kohort/kernel-clock-random';
import { ChangeWorld } from '@kohort/testing-door';
import { Door } from './door';

/** Shorter for a quick look: `KOHORT_SLOW_SECONDS=60 npm run test:long -- slow-clients`. */
const SECONDS = Number(process.env['KOHORT_SLOW_SECONDS'] ?? 600);
const CLIENTS = Number(process.env['KOHORT_SLOW_CLIENTS'] ?? 200);
const QUICK = 5;
const QUIET_SECONDS = Math.min(30, SECONDS);
/** Changes of one transaction, and how often one is written. */
const TOGETHER = 20;
const EVERY_MS = 200;
/** Whoever reads lines is written some megabytes of the log before the line to it is full: fewer of them, and not at once. */
const LINES_CLIENTS = Number(process.env['KOHORT_SLOW_LINES'] ?? Math.ceil(CLIENTS / 4));
const LINES_AGAIN_MS = 5_000;
const ALLOWED_MB = 100;

const QUERY = `subscription { membershipChanged(after: "$after") { id cursor recordedAt segmentKey profileId } }`;

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

function subscribe(url: string, of: { key: string; after: string }, onData: (text: string) => void): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const payload = { query: QUERY.replace('$after', of.after) };
  socket.on('open', () => socket.send(`{"type":"connection_init","payload":{"apiKey":"${of.key}"}}`));
  socket.on('message', (data) => {
    const text = String(data);
    if (text.includes('connection_ack')) socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    onData(text);
  });
  socket.on('error', () => undefined);
  return socket;
}

/** Clients that subscribe and never read; each comes back at once when it is cut off, for the whole log again. */
class NeverReaders {
  private readonly sockets = new Set<WebSocket>();
  private isOver = false;
  connections = 0;

  constructor(private readonly open: (onData: (text: string, socket: WebSocket) => void) => WebSocket) {}

  start(count: number): void {
    for (let n = 0; n < count; n += 1) this.connect();
  }

  stop(): void {
    this.isOver = true;
    for (const socket of this.sockets) socket.terminate();
  }

  private connect(): void {
    this.connections += 1;
    const socket = this.open((text, of) => {
      if (!text.includes('connection_ack')) return;
      of.pause();
      // A socket that is not read does not hear that it was closed: it is looked after from here.
      setTimeout(() => {
        of.terminate();
        of.resume();
      }, 45_000).unref();
    });
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      if (!this.isOver) this.connect();
    });
  }
}

/** Clients that ask for the log as lines and never read them; each comes back a while after it was cut off. */
class LinesLeftLying {
  private readonly requests = new Set<ClientRequest>();
  private isOver = false;
  connections = 0;

  constructor(
    private readonly url: string,
    private readonly of: { readonly key: string; readonly after: string },
  ) {}

  start(count: number): void {
    for (let n = 0; n < count; n += 1) this.connect();
  }

  stop(): void {
    this.isOver = true;
    for (const request of this.requests) request.destroy();
  }

  private connect(): void {
    this.connections += 1;
    const query = new URLSearchParams({ after: this.of.after, follow: 'true' });
    const request = get(`${this.url}/v1/changes.ndjson?${query}`, {
      agent: false,
      headers: { authorization: `Bearer ${this.of.key}` },
    });
    this.requests.add(request);
    request.on('response', (response) => {
      response.on('error', () => undefined);
      response.pause();
      setTimeout(() => request.destroy(), 45_000).unref();
    });
    request.on('error', () => undefined);
    request.once('close', () => {
      this.requests.delete(request);
      if (!this.isOver) setTimeout(() => this.isOver || this.connect(), LINES_AGAIN_MS).unref();
    });
  }
}

describe('clients that never read, for minutes', () => {
  it('cost the gateway little memory and others no time', async () => {
    const door = await Door.open();
    const world = await ChangeWorld.open(door.database, { people: 2_000, segments: 5 });
    const random = seededRandom(4);
    const sockets: WebSocket[] = [];
    let latencies: number[] = [];
    let never: NeverReaders | null = null;
    let lying: LinesLeftLying | null = null;
    try {
      const key = await door.database.addApiKey();
      const response = await fetch(`${door.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: '{"query":"{ changeLog { head } }"}',
      });
      const { data } = (await response.json()) as { data: { changeLog: { head: string } } };
      const of = { key, after: data.changeLog.head };
      const note = (text: string): void => {
        const recorded = /"recordedAt":"([^"]+)"/.exec(text)?.[1];
        if (recorded !== undefined) latencies.push(Date.now() - Date.parse(recorded));
      };
      for (let n = 0; n < QUICK; n += 1) sockets.push(subscribe(door.gateway.url, of, note));
      const writeFor = async (seconds: number): Promise<{ messages: number; p99: number; mostMb: number }> => {
        latencies = [];
        let mostMb = 0;
        let written = 0;
        for (const end = Date.now() + seconds * 1_000; Date.now() < end; written += TOGETHER) {
          await Promise.all([world.write(TOGETHER, { random, tell: true }), pause(EVERY_MS)]);
          mostMb = Math.max(mostMb, residentMb(door.gateway.pid));
        }
        while (latencies.length < written * QUICK) await pause(50);
        const sorted = [...latencies].sort((a, b) => a - b);
        return { messages: sorted.length, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, mostMb };
      };
      const before = await writeFor(QUIET_SECONDS);
      never = new NeverReaders((onData) => {
        const socket: WebSocket = subscribe(door.gateway.url, of, (text) => onData(text, socket));
        return socket;
      });
      never.start(CLIENTS);
      lying = new LinesLeftLying(door.gateway.url, of);
      lying.start(LINES_CLIENTS);
      const during = await writeFor(SECONDS);
      const report = {
        clients: CLIENTS,
        seconds: SECONDS,
        connections: never.connections,
        ofLines: lying.connections,
        before,
        during,
      };
      process.stdout.write(`${JSON.stringify(report)}\n`);
      expect(during.mostMb - before.mostMb).toBeLessThan(ALLOWED_MB);
    } finally {
      never?.stop();
      lying?.stop();
      for (const socket of sockets) socket.terminate();
      await world.close();
      await door.close();
    }
  }, 3_600_000);
});

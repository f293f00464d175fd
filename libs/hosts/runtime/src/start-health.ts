import { createServer, type Server, type ServerResponse } from 'node:http';
import { Gauge, type Registry } from 'prom-client';
import { lanesOf } from '@kohort/platform-queue';
import { databaseHealth } from '@kohort/platform-postgres';
import type { Owner } from '@kohort/pipeline-map';
import type { Engines } from './engines';
import { openProcessMetrics } from './process-metrics';

const MAX_SKEW_MS = 5_000;

/** Where a worker tells how it is. */
export interface HealthOptions {
  readonly owner: Owner;
  readonly engines: Engines;
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
}

/** A served health page. */
export interface Health {
  readonly port: number;
  /** From now on not ready: nothing new should be counted on. */
  drain(): void;
  stop(): Promise<void>;
}

function openRegistry({ owner, engines }: HealthOptions): Registry {
  const registry = openProcessMetrics('kohort_');
  const registers = [registry];
  registry.setDefaultLabels({ service: owner });
  new Gauge({
    name: 'kohort_queue_jobs',
    help: 'Jobs in the queues of this worker, by queue and state',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      for (const queue of lanesOf(owner)) {
        const counts = await engines.queues.counts(queue).catch(() => undefined);
        if (counts === undefined) continue;
        this.set({ queue, state: 'waiting' }, counts.waiting);
        this.set({ queue, state: 'active' }, counts.active);
      }
    },
  });
  const quarantined = new Gauge({
    name: 'kohort_tasks_quarantined',
    help: 'Tasks of the installation set aside after all attempts: a person must look',
    registers,
  });
  const stranded = new Gauge({
    name: 'kohort_identity_switches_stranded',
    help: 'Workspaces whose rebuild of everybody failed in its switch: their events and decisions wait',
    registers,
  });
  new Gauge({
    name: 'kohort_tasks_oldest_due_seconds',
    help: 'How long the oldest due task of the installation has been waiting',
    registers,
    async collect() {
      const health = await databaseHealth(engines.database, engines.clock).catch(() => undefined);
      if (health === undefined) return;
      this.set(health.oldestDueMs / 1_000);
      quarantined.set(health.quarantined);
      stranded.set(health.strandedSwitches);
    },
  });
  return registry;
}

async function notReady({ engines }: HealthOptions): Promise<string | null> {
  try {
    const { isWritable, clockSkewMs } = await databaseHealth(engines.database, engines.clock);
    if (!isWritable) return 'the database takes no writes';
    if (Math.abs(clockSkewMs) > MAX_SKEW_MS) return 'the clocks disagree';
  } catch (thrown) {
    return thrown instanceof Error ? 'the database is away' : 'unknown';
  }
  try {
    await engines.queues.ping();
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? 'the queues are away' : 'unknown';
  }
}

function answerJson(response: ServerResponse, status: number, body: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Serves `/health/live`, `/health/ready` (the database takes writes, clocks agree within 5 s, the queues answer, not
 * draining) and `/metrics` of a worker.
 *
 * Throws  what Node throws when the port is taken
 */
export async function startHealth(options: HealthOptions): Promise<Health> {
  const registry = openRegistry(options);
  let draining = false;
  const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/health/live': async (response) => answerJson(response, 200, { status: 'live' }),
    '/health/ready': async (response) => {
      const reason = draining ? 'draining' : await notReady(options);
      if (reason === null) answerJson(response, 200, { status: 'ready' });
      else answerJson(response, 503, { status: 'not ready', reason });
    },
    '/metrics': async (response) => {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType });
      response.end(text);
    },
  };
  const server = createServer((request, response) => {
    const page = pages[(request.url ?? '/').split('?')[0] ?? '/'];
    if (page === undefined) answerJson(response, 404, { status: 'not found' });
    else page(response).catch(() => answerJson(response, 500, { status: 'unknown' }));
  });
  const port = await listen(server, options.port, options.host);
  return {
    port,
    drain: () => {
      draining = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

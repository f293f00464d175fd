/**
 * Many websocket clients of the graphql-transport-ws protocol in one process; told what to do over IPC:
 * `{ connect: { url, key, query, variables: [...] } }` answers `{ connected }` with milliseconds when all are subscribed,
 * `{ count: true }` how many messages have come; `{ report: true }` answers how many messages came and how long after they were recorded, and forgets them.
 */
import { WebSocket } from 'ws';

const AT_ONCE = 100;
let sockets = [];
let latencies = [];

function subscribe({ url, key, query }, variables) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false, skipUTF8Validation: true });
    sockets.push(socket);
    socket.on('error', reject);
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })),
    );
    socket.on('message', (data) => {
      const now = Date.now();
      const text = data.toString('latin1');
      const at = text.indexOf('"recordedAt":"');
      if (at >= 0) return void latencies.push(now - Date.parse(text.slice(at + 14, text.indexOf('"', at + 14))));
      if (text.includes('"error"')) return void reject(new Error(text));
      if (!text.includes('connection_ack')) return;
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
      // The pong comes behind the subscription's opening only when the door hears in order: enough for a measure.
      socket.send('{"type":"ping"}');
      resolve();
    });
  });
}

async function connect(asked) {
  const begun = performance.now();
  const left = [...asked.variables];
  const lane = async () => {
    for (let next = left.pop(); next; next = left.pop()) await subscribe(asked, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return performance.now() - begun;
}

process.on('message', (message) => {
  if (message.connect) {
    connect(message.connect).then(
      (ms) => process.send({ connected: ms }),
      (error) => process.send({ failed: String(error?.message ?? error) }),
    );
  }
  if (message.count) process.send({ messages: latencies.length });
  if (message.report) {
    const sorted = Float64Array.from(latencies).sort();
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    latencies = [];
    process.send({ messages: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) });
  }
  if (message.close) {
    for (const socket of sockets) socket.terminate();
    sockets = [];
    process.send({ closed: true });
  }
});
process.on('disconnect', () => process.exit(0));

import { readFileSync } from 'node:fs';
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

/** A request that the page's SDK made. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly retryCount: string | undefined;
  readonly hasBasic: boolean;
}

/** A shop's page on one origin, and the door behind another. */
export interface BrowserSite {
  readonly pageUrl: string;
  readonly seen: readonly Seen[];
  /** Resolves with what the page says when it is done. */
  readonly done: Promise<unknown>;
  close(): Promise<void>;
}

const SDK = join(__dirname, '../../../node_modules/@segment/analytics-next/dist/umd/index.js');

/** All seven calls and thirty events, by the SDK's own methods; nothing of it is ours but the calls. */
const page = (writeKey: string, doorUrl: string): string => `<!doctype html><meta charset="utf-8"><title>Shop</title>
<script src="/sdk.js"></script>
<script>
(async () => {
  const errors = [];
  const analytics = window.AnalyticsNext.AnalyticsBrowser.load({ writeKey: ${JSON.stringify(writeKey)}, cdnURL: ${JSON.stringify(doorUrl)} });
  analytics.on('error', (error) => errors.push(String(error && error.reason || error)));
  analytics.on('delivery_failure', (error) => errors.push(String(error)));
  try {
    await analytics.page('Home');
    await analytics.identify('web-user', { plan: 'pro', name: 'Ünïcødé ✓' });
    await analytics.group('web-group', { seats: 3 });
    await analytics.screen('Main');
    await analytics.alias('web-user-2', 'web-user');
    for (let n = 0; n < 30; n += 1) await analytics.track('Web Event', { n });
  } catch (thrown) {
    errors.push(String(thrown));
  }
  await fetch('/done', { method: 'POST', body: JSON.stringify({ errors }) });
})();
</script>`;

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/**
 * Starts the site. What the SDK sends goes through a proxy that notes it, and that turns the first batch away with 429.
 */
export async function startBrowserSite(options: {
  readonly writeKey: string;
  readonly gatewayUrl: string;
}): Promise<BrowserSite> {
  const seen: Seen[] = [];
  let isTurnedAway = false;
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    const { headers, method = 'GET', url = '/' } = request;
    const retryCount = headers['x-retry-count']?.toString();
    const hasBasic = headers.authorization?.startsWith('Basic ') ?? false;
    seen.push({ method, path: url, contentType: headers['content-type'], retryCount, hasBasic });
    if (method === 'POST' && !isTurnedAway) {
      isTurnedAway = true;
      const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };
      return void response.writeHead(429, { ...cors, 'retry-after': '1' }).end('{"success":false}');
    }
    const onward = ask(options.gatewayUrl + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.end(body);
  };
  const door = createServer((request, response) => void forward(request, response));
  const doorUrl = await listen(door);
  let tell: (said: unknown) => void = () => undefined;
  const done = new Promise<unknown>((resolve) => (tell = resolve));
  const site = createServer((request, response) => {
    if (request.url === '/sdk.js') {
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(SDK));
    }
    if (request.url === '/done') {
      return void readAll(request).then((body) => {
        tell(JSON.parse(body.toString('utf8')));
        response.end('{}');
      });
    }
    return void response.writeHead(200, { 'content-type': 'text/html' }).end(page(options.writeKey, doorUrl));
  });
  const pageUrl = await listen(site);
  return {
    ...{ pageUrl, seen, done },
    async close() {
      for (const server of [door, site]) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
    },
  };
}

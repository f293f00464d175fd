import { createServer, type Server } from 'node:http';
import { Analytics } from '@segment/analytics-node';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { GatewayRig } from './gateway-rig';
import { sdkForms } from './sdk-forms';

describe('SDKs of Segment', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let writeKey: string;
  beforeAll(async () => {
    rig = await GatewayRig.start({ ingest: undefined });
    workspaceId = await rig.db.addWorkspace('Ours');
    const { text } = await rig.key(workspaceId);
    const made = await rig.ask(
      text,
      'mutation { createSource(input: { key: "sdk", name: "SDK" }) { ... on NewSource { writeKey } } }',
    );
    writeKey = (made.data as unknown as { createSource: { writeKey: string } }).createSource.writeKey;
  });
  afterAll(() => rig.stop());

  const stored = () =>
    rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .selectFrom('event')
        .select(['message_id', 'type', 'name', 'user_id', 'ts', 'original_ts', 'received_at', 'context', 'flags'])
        .orderBy('message_id')
        .execute(),
    );

  it.each(['analytics-python', 'analytics-ruby', 'analytics-go', 'analytics-php', 'analytics-java'])(
    'takes the wire form of %s, twice, and stores it once with its time corrected',
    async (sdk) => {
      const form = sdkForms(writeKey).find((one) => one.sdk === sdk);
      if (!form) throw new Error(sdk);
      for (let time = 0; time < 2; time += 1) {
        const response = await fetch(rig.gateway.url + form.path, {
          ...{ method: 'POST', headers: form.headers, body: form.body, redirect: 'manual' },
        });
        expect([response.status, await response.text()]).toEqual([200, '{"success":true}']);
      }
      const rows = (await stored()).filter((row) => form.stored.some((one) => one.messageId === row.message_id));
      expect(rows.map((row) => ({ messageId: row.message_id, type: row.type, name: row.name }))).toEqual(form.stored);
      for (const row of rows) {
        // The senders' clocks say that half a second passed between event and call.
        expect(row.received_at.getTime() - row.ts.getTime()).toBe(500);
        expect(row.context).toMatchObject({ library: { name: sdk } });
      }
    },
  );

  /** A proxy that answers the first calls itself, as an overloaded or failing door would. */
  async function stumbling(answers: readonly { status: number; headers?: Record<string, string> }[]): Promise<{
    url: string;
    server: Server;
    retryCounts: (string | undefined)[];
  }> {
    const left = [...answers];
    const retryCounts: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        retryCounts.push(request.headers['x-retry-count']?.toString());
        const answer = left.shift();
        if (answer) return void response.writeHead(answer.status, answer.headers).end('{"success":false}');
        const { authorization = '', 'content-type': type = '' } = request.headers;
        void fetch(rig.gateway.url + (request.url ?? ''), {
          method: 'POST',
          headers: { ...(authorization ? { authorization } : {}), 'content-type': type },
          body: Buffer.concat(chunks),
        }).then(async (answered) => response.writeHead(answered.status).end(await answered.text()));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { url: `http://127.0.0.1:${port}`, server, retryCounts };
  }

  it('is complete with an unmodified @segment/analytics-node that sends all calls and is turned away at first', async () => {
    const { url, server, retryCounts } = await stumbling([
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 429, headers: { 'retry-after': '1' } },
    ]);
    try {
      const errors: unknown[] = [];
      const analytics = new Analytics({ writeKey, host: url, flushAt: 15 });
      analytics.on('error', (error) => errors.push(error));
      analytics.identify({ userId: 'node-u', traits: { plan: 'pro' } });
      analytics.page({ userId: 'node-u', name: 'Home' });
      analytics.screen({ userId: 'node-u', name: 'Main' });
      analytics.group({ userId: 'node-u', groupId: 'g' });
      analytics.alias({ userId: 'node-u', previousId: 'node-a' });
      for (let n = 0; n < 40; n += 1) analytics.track({ userId: 'node-u', event: 'Node Event', properties: { n } });
      await analytics.closeAndFlush({ timeout: 60_000 });
      expect(errors).toEqual([]);
      const rows = (await stored()).filter((row) => row.user_id === 'node-u');
      const types = rows.map((row) => row.type).sort();
      expect(types).toEqual(['alias', 'group', 'identify', 'page', 'screen', ...Array(40).fill('track')].sort());
      expect(new Set(rows.map((row) => row.message_id)).size).toBe(45);
      expect(retryCounts.filter((count) => count !== undefined).length).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  }, 40_000);
});

import { randomUUID } from 'node:crypto';
import type { Client } from 'graphql-ws';
import type { WorkspaceTransaction } from '@kohort/platform-postgres';
import { GatewayRig } from './gateway-rig';
import { liveClient, subscribe } from './live-client';
import { seedWorld, type SeededWorld } from './seed-world';

describe('what goes on, as subscriptions', () => {
  let rig: GatewayRig;
  let ours: SeededWorld;
  let theirs: SeededWorld;
  let client: Client;
  beforeAll(async () => {
    rig = await GatewayRig.start();
    ours = await seedWorld(rig.db.database, await rig.db.addWorkspace('Ours'), 'ours');
    theirs = await seedWorld(rig.db.database, await rig.db.addWorkspace('Theirs'), 'theirs');
    client = liveClient(rig.gateway.url, (await rig.key(ours.workspaceId)).text);
  });
  afterAll(async () => {
    await client.dispose();
    await rig.stop();
  });

  const within = <T>(world: SeededWorld, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> =>
    rig.db.database.inWorkspace(world.workspaceId, work);
  const codeOf = async (document: string): Promise<unknown> => {
    const [refusal] = (await subscribe(client, document).over) as { extensions: { code: string } }[];
    return refusal?.extensions.code;
  };

  it('follow the run of a sync to its end', async () => {
    const set = (status: string) =>
      within(ours, (tx) => tx.updateTable('sync_run').set({ status }).where('id', '=', ours.runId).execute());
    await set('running');
    const stream = subscribe<{ status: string }>(
      client,
      `subscription { syncRunProgress(id: "${ours.runId}") { status } }`,
    );
    await stream.until(1);
    await set('held');
    await stream.until(2);
    await set('succeeded');
    expect(await stream.over).toBe('complete');
    expect(stream.values).toEqual([{ status: 'RUNNING' }, { status: 'HELD' }, { status: 'SUCCEEDED' }]);
    expect(await codeOf(`subscription { syncRunProgress(id: "${theirs.runId}") { id } }`)).toBe('GATEWAY_NOT_FOUND');
  });

  it('follow one back-fill of a segment after the other, and no other segment’s', async () => {
    const begin = (world: SeededWorld, segmentId: string) =>
      within(world, async (tx) => {
        const id = randomUUID();
        const params = JSON.stringify({ segmentId, version: 1 });
        const row = { workspace_id: world.workspaceId, id, job: 'segments.backfill', params, idempotency_key: null };
        await tx.insertInto('run').values(row).execute();
        return id;
      });
    const stream = subscribe<{ id: string; status: string }>(
      client,
      'subscription { segmentProgress(segment: "pro") { id status } }',
    );
    const loyal = subscribe<{ id: string }>(client, 'subscription { segmentProgress(segment: "loyal") { id } }');
    await begin(theirs, theirs.segmentId);
    const first = await begin(ours, ours.segmentId);
    await stream.until(1);
    await within(ours, (tx) => tx.updateTable('run').set({ status: 'succeeded' }).where('id', '=', first).execute());
    await stream.until(2);
    const second = await begin(ours, ours.segmentId);
    await stream.until(3);
    const other = await begin(ours, ours.clusterSegmentId);
    await loyal.until(1);
    expect(stream.values).toEqual([
      { id: first, status: 'QUEUED' },
      { id: first, status: 'SUCCEEDED' },
      { id: second, status: 'QUEUED' },
    ]);
    expect(loyal.values).toEqual([{ id: other }]);
    expect(await codeOf('subscription { segmentProgress(segment: "nothing") { id } }')).toBe('GATEWAY_NOT_FOUND');
    stream.stop();
    loyal.stop();
  });

  it('tell of alerts that are raised, each once', async () => {
    const raise = (world: SeededWorld, event: string) =>
      within(world, async (tx) => {
        const at = new Date();
        const alert = { event, kind: 'drop', state: 'open', opened_at: at, seen_at: at, hour: at };
        const figures = { observed: 1, expected: 9, score: 5 };
        const place = { workspace_id: world.workspaceId, id: randomUUID(), source_id: world.sourceId };
        await tx
          .insertInto('volume_alert')
          .values({ ...place, ...alert, ...figures })
          .execute();
      });
    await raise(ours, 'before');
    const stream = subscribe<{ event: string; source: { key: string } }>(
      client,
      'subscription { alertRaised { event source { key } } }',
    );
    for (let n = 0; stream.values.length === 0; n += 1) {
      await raise(ours, `probe ${n}`);
      await rig.ask(null, '{ workspace { name } }');
    }
    await raise(theirs, 'foreign');
    await raise(ours, 'one');
    await raise(ours, 'two');
    await within(ours, (tx) => tx.updateTable('volume_alert').set({ seen_at: new Date() }).execute());
    while (!stream.values.some(({ event }) => event === 'two')) await stream.until(stream.values.length + 1);
    const events = stream.values.map(({ event }) => event);
    expect(events.slice(-2)).toEqual(['one', 'two']);
    expect(new Set(events).size).toBe(events.length);
    expect(events).not.toContain('before');
    expect(events).not.toContain('foreign');
    stream.stop();
  });
});

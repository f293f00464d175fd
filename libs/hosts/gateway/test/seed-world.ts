import { randomUUID } from 'node:crypto';
import type { ClusteringCard, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '@kohort/platform-postgres';

import { account, at, events, people } from './seed-people';
import { seedQuality } from './seed-quality';

/** Ids of what was put in. `mark` stands in every text of this world, so that a leak shows. */
export interface SeededWorld {
  readonly workspaceId: WorkspaceId;
  readonly mark: string;
  readonly sourceId: string;
  readonly people: readonly [string, string, string];
  readonly eventIds: readonly string[];
  readonly segmentId: string;
  readonly clusterSegmentId: string;
  readonly modelId: string;
  readonly destinationId: string;
  readonly syncId: string;
  readonly runId: string;
  readonly jobId: string;
}

function cardOf(mark: string): ClusteringCard {
  return {
    kind: 'clustering',
    algorithm: 'kmeans',
    rows: 3,
    features: ['recency'],
    k: 2,
    silhouette: 0.5,
    inertia: 1,
    choice: [],
    reasons: [],
    warnings: [],
    seed: 1,
    clusters: ['loyal', 'sleeping'].map((key, i) => ({
      key,
      name: `${mark} ${key}`,
      evidence: ['recency'],
      size: i + 1,
      shareOfPeople: (i + 1) / 3,
      shareOfValue: null,
      suggestedAction: 'write to them',
      features: [
        {
          feature: 'recency',
          label: 'Days since',
          clusterMean: 2,
          overallMean: 4,
          lift: 0.5,
          effectSize: -1,
          direction: 'lower' as const,
        },
      ],
    })),
  };
}

async function segments(tx: WorkspaceTransaction, world: SeededWorld): Promise<void> {
  const { workspaceId: workspace_id, segmentId: segment_id, mark } = world;
  const [ada, bob] = world.people;
  const rule = { version: 1, entity: 'profile', where: { trait: { path: 'plan', op: 'eq', value: mark } } };
  const cluster = { version: 1, entity: 'profile', where: { cluster: { model: 'value', in: ['loyal'] } } };
  await tx
    .insertInto('segment')
    .values([
      {
        workspace_id,
        id: segment_id,
        key: 'pro',
        name: `${mark} pro`,
        kind: 'rule',
        status: 'live',
        live_version: 2,
        size: 1,
      },
      {
        workspace_id,
        id: world.clusterSegmentId,
        key: 'loyal',
        name: 'Loyal',
        kind: 'cluster',
        status: 'draft',
        live_version: null,
      },
    ])
    .execute();
  const hash = Buffer.alloc(32, 1);
  await tx
    .insertInto('segment_version')
    .values([
      { workspace_id, segment_id, version: 1, rule: JSON.stringify({ old: mark }), rule_hash: hash },
      { workspace_id, segment_id, version: 2, rule: JSON.stringify(rule), rule_hash: hash, published_at: at(4) },
      { workspace_id, segment_id, version: 3, rule: JSON.stringify({ next: mark }), rule_hash: hash },
      { workspace_id, segment_id: world.clusterSegmentId, version: 1, rule: JSON.stringify(cluster), rule_hash: hash },
    ])
    .execute();
  const membership = { workspace_id, segment_id, segment_version: 2, cause: 'event' };
  await tx
    .insertInto('membership')
    .values([
      {
        ...membership,
        profile_id: ada,
        member: true,
        change_version: 1,
        entered_at: at(5),
        proof: JSON.stringify({ mark }),
        proof_hash: hash,
      },
      {
        ...membership,
        profile_id: bob,
        member: false,
        change_version: 2,
        entered_at: at(5),
        exited_at: at(6),
        proof_hash: null,
      },
    ])
    .execute();
  const batch_id = randomUUID();
  await tx.insertInto('batch').values({ workspace_id, id: batch_id, kind: 'membership' }).execute();
  const change = {
    workspace_id,
    batch_id,
    segment_id,
    segment_key: 'pro',
    segment_version: 2,
    rule_hash: hash,
    cause: 'event',
  };
  await tx
    .insertInto('membership_change')
    .values([
      {
        ...change,
        profile_id: ada,
        kind: 'entered',
        change_version: 1,
        evaluated_at: at(5),
        recorded_at: at(5),
        proof_hash: hash,
        event_id: null,
      },
      {
        ...change,
        profile_id: bob,
        kind: 'entered',
        change_version: 1,
        evaluated_at: at(5),
        recorded_at: at(5),
        proof_hash: null,
        event_id: null,
      },
      {
        ...change,
        profile_id: bob,
        kind: 'exited',
        change_version: 2,
        evaluated_at: at(6),
        recorded_at: new Date(at(6).getTime() + 250),
        proof_hash: null,
        event_id: null,
      },
    ])
    .execute();
  await tx
    .insertInto('segment_timer')
    .values({ workspace_id, segment_id, profile_id: ada, due_at: at(60) })
    .execute();
}

async function connections(tx: WorkspaceTransaction, world: SeededWorld): Promise<void> {
  const { workspaceId: workspace_id, mark } = world;
  const [ada, bob] = world.people;
  await tx
    .insertInto('destination')
    .values({
      ...{ workspace_id, id: world.destinationId, key: 'hook', name: `${mark} hook`, plugin: 'webhook' },
      ...{ settings: JSON.stringify({ url: `https://${mark}.example.org` }), secrets: Buffer.from(`secret-${mark}`) },
    })
    .execute();
  await tx
    .insertInto('sync')
    .values({ workspace_id, id: world.syncId, destination_id: world.destinationId, segment_id: world.segmentId })
    .execute();
  await tx
    .insertInto('run')
    .values([
      {
        workspace_id,
        id: world.runId,
        job: 'sync.run',
        params: JSON.stringify({ syncId: world.syncId }),
        status: 'succeeded',
        idempotency_key: null,
      },
      {
        ...{
          workspace_id,
          id: world.jobId,
          job: 'features.compute',
          params: JSON.stringify({ asOf: mark }),
          status: 'running',
        },
        ...{ progress: JSON.stringify({ phase: 'reading rows', done: 5, total: 10 }), idempotency_key: null },
      },
    ])
    .execute();
  await tx
    .insertInto('sync_run')
    .values({
      workspace_id,
      id: world.runId,
      sync_id: world.syncId,
      status: 'partial',
      held_reason: null,
      funnel: JSON.stringify({ segment: 2, mark }),
    })
    .execute();
  await tx
    .insertInto('sync_member')
    .values([
      {
        workspace_id,
        sync_id: world.syncId,
        profile_id: ada,
        state: 'clean',
        desired: true,
        desired_version: 1,
        acked: true,
        acked_version: 1,
        fence: null,
        fingerprint: null,
        last_code: null,
      },
      {
        workspace_id,
        sync_id: world.syncId,
        profile_id: bob,
        state: 'owed',
        desired: false,
        desired_version: 2,
        acked: true,
        acked_version: 1,
        fence: null,
        fingerprint: null,
        last_code: null,
      },
    ])
    .execute();
  const record = { workspace_id, run_id: world.runId, change_version: 1 };
  await tx
    .insertInto('sync_record')
    .values([
      { ...record, profile_id: ada, operation: 'add', fate: 'accepted', code: null, message: null },
      { ...record, profile_id: bob, operation: 'remove', fate: 'rejected', code: 'WEBHOOK_GONE', message: mark },
    ])
    .execute();
}

/** Fills a workspace with one of everything that the API shows. */
export async function seedWorld(database: Database, workspaceId: WorkspaceId, mark: string): Promise<SeededWorld> {
  const sorted = [randomUUID(), randomUUID(), randomUUID()].sort();
  const world: SeededWorld = {
    ...{ workspaceId, mark, sourceId: randomUUID(), segmentId: randomUUID(), clusterSegmentId: randomUUID() },
    people: [sorted[0] ?? '', sorted[1] ?? '', sorted[2] ?? ''],
    eventIds: Array.from({ length: 5 }, () => randomUUID()),
    ...{
      modelId: randomUUID(),
      destinationId: randomUUID(),
      syncId: randomUUID(),
      runId: randomUUID(),
      jobId: randomUUID(),
    },
  };
  await database.inWorkspace(workspaceId, async (tx) => {
    const workspace_id = workspaceId;
    await tx
      .insertInto('source')
      .values({ workspace_id, id: world.sourceId, key: 'web', name: `${mark} web`, kind: 'http' })
      .execute();
    await tx
      .insertInto('ledger_minute')
      .values(
        [0, 1].map((minute) => ({
          workspace_id,
          source_id: world.sourceId,
          minute: at(minute),
          received: 5,
          stored: 3,
          duplicate: 1,
          rejected: 1,
        })),
      )
      .execute();
    await tx
      .insertInto('model')
      .values({
        workspace_id,
        id: world.modelId,
        key: 'value',
        name: `${mark} value`,
        kind: 'clustering',
        live_version: 1,
      })
      .execute();
    await tx
      .insertInto('model_version')
      .values({
        ...{
          workspace_id,
          model_id: world.modelId,
          version: 1,
          status: 'ready',
          grade: 'good',
          run_id: world.jobId,
          seed: 1,
        },
        ...{ as_of: at(3), artifact_key: null, artifact_sha256: null, card: JSON.stringify(cardOf(mark)) },
      })
      .execute();
    await people(tx, world);
    await account(tx, world);
    await seedQuality(tx, workspaceId, mark);
    await events(tx, world);
    await segments(tx, world);
    await connections(tx, world);
  });
  return world;
}

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { GatewayRig } from './gateway-rig';
import { seedWorld, type SeededWorld } from './seed-world';
import { NAMES, addHistory, seedModels, type SeededModels } from './seed-models';

interface Reason {
  readonly feature: string;
  readonly value: number | null;
  readonly contribution: number;
}
type Told = Record<'likely' | 'groups', { readonly reasons: readonly Reason[] | null }>;

interface Grouped {
  readonly score: {
    readonly clusterKey: string;
    readonly explanation: {
      readonly unit: string;
      readonly base: number;
      readonly total: number;
      readonly reasons: readonly Reason[];
      readonly standing: {
        readonly rule: string;
        readonly ruleAgrees: boolean;
        readonly isOutlier: boolean;
        readonly others: readonly {
          readonly key: string;
          readonly changes: readonly { readonly from: number | null; readonly to: number | null }[];
        }[];
      };
    };
  };
  readonly model: {
    readonly outliers: {
      readonly people: number;
      readonly scores: {
        readonly nodes: readonly { readonly profile: { readonly id: string }; readonly outlierScore: number }[];
      };
    };
    readonly clusters: readonly { readonly key: string; readonly rule: { readonly words: readonly string[] } }[];
  };
}

const sumOf = (reasons: readonly Reason[] | null): number =>
  (reasons ?? []).reduce((sum, { contribution }) => sum + contribution, 0);

describe('explanations of scores', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-explain-'));
  const artifacts = openLocalArtifacts(dir);
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let key: string;
  let seeded: SeededModels;

  beforeAll(async () => {
    rig = await GatewayRig.start({ artifacts });
    workspaceId = await rig.db.addWorkspace();
    key = (await rig.key(workspaceId)).text;
    seeded = await seedModels(rig.db.database, artifacts, workspaceId);
  });
  afterAll(async () => {
    await rig.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function told(row: number): Promise<Told> {
    const score = (model: string) =>
      `${model}: score(profile: "${seeded.ids[row]}", model: "${model}") { reasons { feature value contribution } }`;
    const answered = await rig.ask(key, `{ ${score('likely')} ${score('groups')} }`);
    expect(answered.errors).toEqual([]);
    return answered.data as unknown as Told;
  }

  it('add up to the margin and to how much nearer the own centre is; the values are those of the score’s instant', async () => {
    // Of person 0 the features are kept as of that instant, of person 1 as of another, of the rest not at all.
    for (const row of [0, 1, 2, 3, 50, 199]) {
      const { likely, groups } = await told(row);
      expect(Math.abs(seeded.base + sumOf(likely.reasons) - (seeded.margins[row] ?? NaN))).toBeLessThan(1e-6);
      expect(sumOf(groups.reasons)).toBeGreaterThan(0);
      for (const reasons of [likely.reasons ?? [], groups.reasons ?? []]) {
        expect(reasons.length).toBeGreaterThan(2);
        const strengths = reasons.map(({ contribution }) => Math.abs(contribution));
        expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
        for (const { feature, value } of reasons) {
          expect(value ?? NaN).toBe(seeded.data[row * NAMES.length + NAMES.indexOf(feature)]);
        }
      }
    }
  });

  it('of a cluster tell the rule that is followed, how far the others are, and who is like nobody', async () => {
    const explanation = `explanation { unit base total reasons { contribution }
      standing { rule ruleAgrees isOutlier others { key distance holds changes { feature from to } } } }`;
    const group = 'people inNone shareOfPeople scores(first: 100) { nodes { profile { id } outlierScore } }';
    const { data, errors } = await rig.ask(
      key,
      `{ score(profile: "${seeded.ids[0]}", model: "groups") { clusterKey ${explanation} }
        model(key: "groups") { outliers { ${group} } clusters { key size rule { words f1 rule } } } }`,
    );
    expect(errors).toEqual([]);
    const { score, model } = data as unknown as Grouped;
    const { unit, base, total, reasons, standing } = score.explanation;
    expect([unit, standing.ruleAgrees]).toEqual(['SQUARED_DISTANCE', true]);
    expect(Math.abs(base + sumOf(reasons) - total)).toBeLessThan(1e-6);
    const rules = model.clusters.find((one) => one.key === score.clusterKey)?.rule;
    expect(rules?.words).toContain(standing.rule);
    expect(rules).toMatchObject({ f1: expect.any(Number), rule: { version: 1, entity: 'profile' } });
    const [other] = standing.others;
    expect(model.clusters.map((one) => one.key)).toContain(other?.key);
    expect(other?.key).not.toBe(score.clusterKey);
    expect(other?.changes.every(({ from, to }) => from !== to)).toBe(true);
    const { people, scores } = model.outliers;
    expect(scores.nodes).toHaveLength(people);
    expect(scores.nodes.every((one) => one.outlierScore >= 0.5)).toBe(true);
    expect(scores.nodes.some((one) => one.profile.id === seeded.ids[0])).toBe(standing.isOutlier);
  });

  it('of a cluster become a draft segment, once, with its origin and how true it is', async () => {
    const { data } = await rig.ask(key, '{ model(key: "groups") { clusters { key name } } }');
    const [cluster] = (data as unknown as Grouped).model.clusters;
    const draft = (fields: string) =>
      rig.ask(
        key,
        `mutation { made: draftClusterSegment(input: { model: "groups", cluster: "${cluster?.key}" ${fields} }) {
          __typename ... on Failure { code }
          ... on ClusterDraft { segment { id key status description versions(first: 1) { nodes { rule } } } origin { model version cluster }
            rule { precision f1 } traitsNotLive cautions job { id } } } }`,
      );
    const first = await draft('');
    expect(first.errors).toEqual([]);
    expect(first.data?.['made']).toMatchObject({
      ...{ __typename: 'ClusterDraft', cautions: [], job: null, rule: { f1: expect.any(Number) } },
      origin: { model: 'groups', version: 4, cluster: cluster?.key },
      segment: {
        ...{ status: 'DRAFT', description: expect.stringContaining('of model groups, version 4: precision') },
        versions: {
          nodes: [{ rule: { where: { all: [{ event: { name: 'Order Completed' } }, expect.anything()] } } }],
        },
      },
      traitsNotLive: expect.arrayContaining([expect.any(String)]),
    });
    const { segment, traitsNotLive } = first.data?.['made'] as unknown as {
      segment: { id: string };
      traitsNotLive: string[];
    };
    const live = (await draft('makeLive: true')).data?.['made'];
    expect(live).toMatchObject({ segment: { id: segment.id }, traitsNotLive: [], job: { id: expect.any(String) } });
    const traits = await rig.ask(key, '{ computedTraits(first: 100) { nodes { key live } } }');
    const { nodes } = traits.data?.['computedTraits'] as unknown as { nodes: { key: string; live: boolean }[] };
    expect(nodes.filter((one) => one.live).map((one) => one.key)).toEqual(traitsNotLive);
    expect((await draft('key: "other", name: "Mine"')).data?.['made']).toMatchObject({ segment: { key: 'other' } });
    expect((await draft('key: "other", name: "Yours"')).data?.['made']).toMatchObject({ __typename: 'Conflict' });
    const unknown =
      'mutation { made: draftClusterSegment(input: { model: "groups", cluster: "none" }) { __typename } }';
    expect((await rig.ask(key, unknown)).data?.['made']).toEqual({ __typename: 'NotFound' });
  });

  it('are left out when late records give another score than the stored one', async () => {
    const row = 5;
    expect((await told(row)).likely.reasons).not.toBeNull();
    const late = Array.from({ length: 40 }, (_, day) => ({
      profileId: seeded.ids[row] ?? '',
      event: {
        ...{ eventId: randomUUID(), name: 'Order Completed', properties: { revenue: 50 } },
        ts: Date.UTC(2026, 3, 1) + day * 3_600_000,
      },
    }));
    await addHistory({ database: rig.db.database, workspaceId }, late);
    expect((await told(row)).likely.reasons).toBeNull();
  });
});

describe('explanations of memberships', () => {
  let rig: GatewayRig;
  let world: SeededWorld;
  let key: string;

  beforeAll(async () => {
    rig = await GatewayRig.start();
    const workspaceId = await rig.db.addWorkspace();
    // The rule asks for the plan that the mark names, and the first person's plan is `pro`.
    world = await seedWorld(rig.db.database, workspaceId, 'pro');
    key = (await rig.key(workspaceId)).text;
  });
  afterAll(() => rig.stop());

  const fields =
    'conditions { text } memberNow evaluatedAt membership { member } proof recordedProof proofHash nextChangeAt';
  async function why(profile: string, segment: string) {
    const answered = await rig.ask(
      key,
      `{ why: explainMembership(profile: "${profile}", segment: "${segment}") { ${fields} } }`,
    );
    expect(answered.errors).toEqual([]);
    return answered.data?.['why'];
  }

  it('prove members and those who never were in', async () => {
    const [ada, , cy] = world.people;
    expect(await why(ada, 'pro')).toMatchObject({
      ...{ memberNow: true, membership: { member: true }, evaluatedAt: expect.stringMatching(/Z$/) },
      proof: { nodes: [{ result: true, values: [{ actual: 'pro', expected: 'pro' }] }], flip: { kind: 'record' } },
      ...{ recordedProof: { mark: 'pro' }, proofHash: '01'.repeat(32) },
    });
    expect(await why(cy, 'pro')).toMatchObject({
      ...{ memberNow: false, membership: { member: false }, recordedProof: null },
      proof: { nodes: [{ result: false }], flip: { kind: 'record', text: expect.stringContaining('plan') } },
    });
  });

  it('fall back to what is stored where the segment serves no rule, and are null for what there is not', async () => {
    const nothing = { proof: null, recordedProof: null, proofHash: null, nextChangeAt: null };
    const stored = { memberNow: null, evaluatedAt: null, conditions: [], ...nothing };
    expect(await why(world.people[0], 'loyal')).toEqual({ ...stored, membership: { member: false } });
    expect(await why(randomUUID(), 'pro')).toBeNull();
    expect(await why(world.people[0], 'nothing')).toBeNull();
    await rig.db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.updateTable('segment').set({ status: 'paused' }).where('key', '=', 'pro').execute(),
    );
    expect(await why(world.people[0], 'pro')).toMatchObject({
      ...{ memberNow: null, evaluatedAt: null, proof: { mark: 'pro' }, proofHash: '01'.repeat(32) },
    });
    // Its nodes are in words of the rule of its version, and in none of another's.
    const prove = (version: number | null) =>
      rig.db.database.inWorkspace(world.workspaceId, (tx) =>
        tx
          .updateTable('membership')
          .set({ proof: JSON.stringify({ nodes: [{ id: 'where' }] }), proof_version: version })
          .where('profile_id', '=', world.people[0])
          .execute(),
      );
    const words = [{ text: expect.stringContaining('plan') }];
    for (const [version, conditions] of [
      [null, words],
      [1, []],
      [2, words],
    ] as const) {
      await prove(version);
      expect(await why(world.people[0], 'pro')).toMatchObject({ memberNow: null, conditions });
    }
  });
});

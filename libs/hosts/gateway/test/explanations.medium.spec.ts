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

  const fields = 'memberNow evaluatedAt membership { member } proof recordedProof proofHash nextChangeAt';
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
    const stored = { memberNow: null, evaluatedAt: null, ...nothing };
    expect(await why(world.people[0], 'loyal')).toEqual({ ...stored, membership: { member: false } });
    expect(await why(randomUUID(), 'pro')).toBeNull();
    expect(await why(world.people[0], 'nothing')).toBeNull();
    await rig.db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.updateTable('segment').set({ status: 'paused' }).where('key', '=', 'pro').execute(),
    );
    expect(await why(world.people[0], 'pro')).toMatchObject({
      ...{ memberNow: null, evaluatedAt: null, proof: { mark: 'pro' }, proofHash: '01'.repeat(32) },
    });
  });
});

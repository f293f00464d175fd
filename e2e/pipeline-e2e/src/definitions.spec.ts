import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, runKohort, type Ran } from './run-kohort';
import { spawnKohort, startKohort, until, type RunningKohort } from './running-kohort';
import { sendMessages } from './sent-messages';

const PEOPLE = 10;
const BUYING = 4;
const BUYERS = `# Owned by growth
segment: buyers
label: Buyers # shown in the console
rule: |
  age >= 0
`;
const OF_BUYERS = 'segment: a_few_buyers\nlabel: A few buyers\nrule: in segment "buyers" and age < 5\n';

interface Member {
  readonly profile: { readonly features: { readonly values: object } | null };
}

interface Draft {
  readonly key: string;
  readonly status: string;
  readonly description: string;
  readonly latest: { readonly nodes: readonly { readonly rule: unknown }[] };
}

describe('segments kept as files', () => {
  /** Keys of the drafts that clusters became, in the order in which they were made. */
  let ofClusters: string[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-files-'));
  const [home, files] = [join(dir, 'home'), join(dir, 'files')];
  let kohort: RunningKohort;
  const write = (name: string, text: string): void => writeFileSync(join(files, name), text);
  const run = (...args: string[]): Promise<Ran> => runKohort(args, { env: { KOHORT_HOME: home } });
  const plan = (...more: string[]) => run('plan', '--dir', files, '--detailed-exitcode', '--json', ...more);
  const apply = (...more: string[]) => run('apply', '--dir', files, '--auto-approve', '--json', ...more);
  const told = (ran: Ran) => {
    if (ran.stdout === '') throw new Error(ran.stderr);
    return JSON.parse(ran.stdout);
  };
  const actions = (ran: Ran): string[] =>
    told(ran).steps.map((step: { action: string; key: string }) => `${step.action} ${step.key}`);
  const outcomes = (ran: Ran): string[] =>
    told(ran).outcomes.map((one: { result: string; key: string }) => `${one.result} ${one.key}`);
  const sizeOf = async (key: string): Promise<number> =>
    (
      await kohort.query<{ segment: { size: number } }>('query ($key: String!) { segment(key: $key) { size } }', {
        key,
      })
    ).segment.size;

  beforeAll(async () => {
    mkdirSync(files, { recursive: true });
    kohort = await startKohort(home);
    const batch = Array.from({ length: PEOPLE }, (_, age) => ({
      type: 'identify',
      userId: `u${age}`,
      messageId: `m${age}`,
      traits: { age },
    }));
    // Some of them have bought: computed traits are about those.
    const orders = Array.from({ length: BUYING }, (_, n) => ({
      type: 'track',
      event: 'Order Completed',
      userId: `u${n}`,
      messageId: `o${n}`,
      properties: { order_id: `o${n}`, revenue: 10 * n },
    }));
    await sendMessages(kohort, [...batch, ...orders]);
  });
  afterAll(async () => {
    await kohort.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('are planned, applied in the order of their names and exported again, byte for byte the same', async () => {
    write('buyers.yaml', BUYERS);
    write('few.yaml', OF_BUYERS);
    const first = await plan();
    expect([first.code, actions(first)]).toEqual([4, ['create buyers', 'create a_few_buyers']]);
    expect(told(first).steps[0].members).toMatchObject({ now: 0, entering: PEOPLE });
    // It names a segment that is not there yet.
    expect(told(first).steps[1].members).toMatchObject({
      entering: null,
      reason: expect.stringContaining('names buyers'),
    });
    const applied = await apply();
    expect([applied.code, outcomes(applied)]).toEqual([0, ['applied buyers', 'applied a_few_buyers']]);
    expect([await sizeOf('buyers'), await sizeOf('a_few_buyers')]).toEqual([PEOPLE, 5]);
    const again = await plan();
    expect([again.code, actions(again)]).toEqual([0, ['unchanged buyers', 'unchanged a_few_buyers']]);
    const exported = await run('export', '--dir', files, '--json');
    expect(told(exported)).toMatchObject({ segments: 2, onlyInFiles: [] });
    // The computed traits are new files; those of the segments say so already.
    const { traits, written } = told(exported);
    expect(written).toHaveLength(traits);
    expect(written[0]).toContain(join('traits', 'avg_days_between_orders.yaml'));
    expect(readFileSync(join(files, 'buyers.yaml'), 'utf8')).toBe(BUYERS);
  });

  it('go into an empty folder and come back unchanged, and a change there keeps the comments here', async () => {
    const other = join(dir, 'other');
    expect((await run('export', '--dir', other)).code).toBe(0);
    expect((await run('plan', '--dir', other, '--detailed-exitcode')).code).toBe(0);
    await kohort.query(
      'mutation { describeSegment(key: "buyers", input: { name: "All buyers", tags: ["core"] }) { __typename } }',
    );
    await kohort.query('mutation { createList(key: "friends", name: "Friends") { __typename } }');
    rmSync(join(files, 'few.yaml'));
    const again = await run('export', '--dir', files);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('left out: 1 list,');
    // What has no file here goes beside those that have one.
    expect(again.stdout).toContain(`wrote ${join(files, 'a_few_buyers.yaml')}`);
    rmSync(join(files, 'a_few_buyers.yaml'));
    write('few.yaml', OF_BUYERS);
    expect(readFileSync(join(files, 'buyers.yaml'), 'utf8')).toBe(
      BUYERS.replace('label: Buyers', 'label: All buyers') + 'tags:\n  - core\n',
    );
  });

  it('hold what would take more than 30 % out, until it is released', async () => {
    const { createDestination } = await kohort.query<{ createDestination: { id: string } }>(
      `mutation { createDestination(input: { key: "files", name: "Files", plugin: "file-drop", settings: {} }) {
        ... on Destination { id } } }`,
    );
    await kohort.query(
      `mutation { createSync(input: { destination: "files", segment: "a_few_buyers" }) { __typename } }`,
    );
    expect(createDestination.id).toBeDefined();
    write('few.yaml', OF_BUYERS.replace('age < 5', 'age < 2'));
    const [step] = told(await plan()).steps.filter((one: { action: string }) => one.action === 'change');
    expect(step.members).toEqual({
      ...{ now: 5, entering: 0, leaving: 3, wouldBeHeld: true, reason: null, warnings: [] },
      syncs: [
        {
          ...{ destination: 'files', adds: 0, removes: 3 },
          calls: [{ action: expect.any(String), operation: 'remove', records: 3, calls: 1 }],
        },
      ],
    });
    const held = await apply();
    expect([held.code, outcomes(held)]).toEqual([4, ['held a_few_buyers']]);
    expect(await sizeOf('a_few_buyers')).toBe(5);
    const released = await apply('--release', 'a_few_buyers');
    expect([released.code, outcomes(released)]).toEqual([0, ['applied a_few_buyers']]);
    expect(await sizeOf('a_few_buyers')).toBe(2);
  });

  it('go on where an apply was killed, and refuse a plan when somebody else has changed a segment since', async () => {
    for (const n of [1, 2]) write(`new${n}.yaml`, `segment: new_${n}\nlabel: N\nrule: age < ${n}\n`);
    const saved = join(dir, 'plan.json');
    expect((await plan('--out', saved)).code).toBe(4);
    const killed = spawnKohort(['apply', '--plan', saved], { KOHORT_HOME: home });
    await until('the first step', 240_000, () => killed.output().includes('created new_1'));
    killed.signal('SIGKILL');
    await killed.ended;
    const resumed = await run('apply', '--plan', saved, '--json');
    expect(resumed.code).toBe(0);
    expect(outcomes(resumed)[0]).toBe('already new_1');
    expect([await sizeOf('new_1'), await sizeOf('new_2')]).toEqual([1, 2]);
    await kohort.query('mutation { updateSegment(key: "new_2", rule: "age < 9") { __typename } }');
    const stale = await run('apply', '--plan', saved, '--json');
    expect(stale.code).toBe(2);
    expect(errorOf(stale)).toMatchObject({ code: 'PLAN_STALE', message: expect.stringContaining('new_2') });
  });

  it('make, change and remove computed traits in versions, and say for whom', async () => {
    const traits = join(dir, 'traits');
    mkdirSync(traits);
    const trait = (label: string, formula: string): void =>
      writeFileSync(
        join(traits, 'spend.yaml'),
        `trait: spend_again # ours\nlabel: ${label}\nunit: money\nformula: ${formula}\n`,
      );
    const saved = join(dir, 'traits.json');
    const planned = async () => told(await run('plan', '--dir', traits, '--json', '--out', saved)).traits;
    const applied = async () => told(await run('apply', '--dir', traits, '--auto-approve', '--json')).traits;
    const valueOf = async (key: string): Promise<(number | null)[]> => {
      const { segment } = await kohort.query<{ segment: { members: { nodes: Member[] } } }>(
        '{ segment(key: "buyers") { members(first: 50) { nodes { profile { features { values } } } } } }',
      );
      const values = segment.members.nodes.flatMap(({ profile }) =>
        profile.features ? [profile.features.values] : [],
      );
      return values.map((all) => (Reflect.get(all, key) as number | undefined) ?? null).sort();
    };
    trait('Largest', '{ measure: largestOrder }');
    expect(await planned()).toMatchObject({
      version: 1,
      steps: [{ action: 'create', key: 'spend_again', people: { people: BUYING, known: BUYING, changed: BUYING } }],
    });
    expect(await applied()).toEqual([{ key: 'spend_again', action: 'create', result: 'applied' }]);
    expect(await valueOf('spend_again')).toEqual([0, 10, 20, 30]);
    // Everybody has one order: its revenue is the largest and the mean.
    trait('Half', '{ ratio: [{ measure: total, of: revenue }, { measure: orders }] }');
    expect((await planned()).steps[0].people).toEqual({ people: BUYING, known: BUYING, changed: 0 });
    trait('Orders', '{ measure: orders }');
    expect(await planned()).toMatchObject({
      version: 1_000,
      steps: [{ fields: ['label', 'formula'], people: { known: BUYING, changed: BUYING } }],
    });
    const applyPlan = () => run('apply', '--plan', saved, '--json');
    expect(told(await applyPlan()).traits).toMatchObject([{ action: 'change', result: 'applied' }]);
    expect(await valueOf('spend_again')).toEqual([1, 1, 1, 1]);
    expect(told(await applyPlan()).traits).toMatchObject([{ result: 'already' }]);
    await kohort.query(
      `mutation { editComputedTraits(input: { set: [], remove: ["spend_again"], afterVersion: 1001 }) { __typename } }`,
    );
    const stale = await applyPlan();
    expect(errorOf(stale)).toMatchObject({
      code: 'PLAN_STALE',
      message: expect.stringContaining('trait "spend_again"'),
    });
  });

  it('are made of the clusters of a table, applied as drafts, and one of them goes live', async () => {
    const drafts = join(dir, 'drafts');
    const table = join(dir, 'ages.csv');
    // Young and old, told by nothing else.
    const rows = Array.from({ length: 60 }, (_, i) => `r${i},${(i % 2) * 40 + 20 + (i % 5)},${i % 3}`);
    writeFileSync(table, ['id,age,shoes', ...rows].join('\n'));
    const sheet = ['profile-sheet', '--csv', table, '--id', 'id', '--k', '2', '--segments', drafts, '--json'];
    const told60 = told(await runKohort(sheet));
    expect(told60).toMatchObject({ command: 'profile-sheet', warnings: [], metrics: { k: 2, ruleFidelity: 1 } });
    expect(told(await run('plan', '--dir', drafts, '--json')).totals).toMatchObject({ create: 2, change: 0 });
    const applied = await run('apply', '--dir', drafts, '--auto-approve', '--json');
    expect([applied.code, told(applied).applied]).toEqual([0, 2]);
    ofClusters = told(applied).outcomes.map((one: { key: string }) => one.key);
    const { segments } = await kohort.query<{ segments: { nodes: Draft[] } }>(
      '{ segments(first: 50) { nodes { key status description latest: versions(first: 1) { nodes { rule } } } } }',
    );
    const made = segments.nodes.filter(({ key }) => ofClusters.includes(key));
    expect(made.map(({ status }) => status)).toEqual(['DRAFT', 'DRAFT']);
    for (const { description, latest } of made) {
      expect(description).toMatch(/^Made of cluster ".+": 100\.0 % of the people it names/);
      const trait = { path: 'age', op: expect.stringMatching(/^(lte|gt)$/), value: expect.any(Number) };
      expect(latest.nodes[0]?.rule).toMatchObject({ where: { all: [{ trait }] } });
    }
    // A person takes the mark of a draft out: who the rule names is in.
    const young = made.find(({ latest }) => JSON.stringify(latest.nodes[0]?.rule).includes('"op":"lte"'))?.key ?? '';
    const path = join(drafts, `${young}.yaml`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^draft: true\n/m, ''));
    expect((await run('apply', '--dir', drafts, '--auto-approve', '--json')).code).toBe(0);
    const { segment } = await kohort.query<{ segment: { status: string; size: number } }>(
      'query ($key: String!) { segment(key: $key) { status size } }',
      { key: young },
    );
    expect(segment).toEqual({ status: 'LIVE', size: PEOPLE });
  });

  it('tell by name that there is no such model, whatever is asked of its clusters', async () => {
    const span = ['--from', '2026-05-01', '--to', '2026-05-02'];
    for (const asked of [['history'], ['migration', ...span]]) {
      const ran = await run('clusters', ...asked, '--model', 'nobody', '--json');
      expect([ran.code, errorOf(ran)]).toEqual([
        2,
        expect.objectContaining({ message: expect.stringContaining('"nobody"') }),
      ]);
    }
  });

  it('archive what no file has when asked to, but nothing that is still named', async () => {
    for (const n of [1, 2]) rmSync(join(files, `new${n}.yaml`));
    const left = await plan();
    const gone = [...ofClusters, 'new_1', 'new_2'].sort();
    expect([left.code, told(left).onlyThere]).toEqual([0, gone]);
    const pruned = await apply('--prune');
    // What names another goes first: else by falling key.
    expect([pruned.code, outcomes(pruned)]).toEqual([0, gone.toReversed().map((key) => `applied ${key}`)]);
    rmSync(join(files, 'buyers.yaml'));
    expect(errorOf(await plan('--prune'))).toMatchObject({ code: 'SEGMENTS_STILL_NAMED' });
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, runKohort, type Ran } from './run-kohort';
import { startKohort, type RunningKohort } from './running-kohort';
import { sendMessages } from './sent-messages';

const PEOPLE = 90;
const DAY = 86_400_000;
/** Nothing was ordered on this day or later. */
const TODAY = Date.now();
const GROUPS = `# Owned by growth
model: groups
algorithm: kmeans # plain
features: [recency_days, frequency, monetary]
k: 3
seed: 7
refit: { everyDays: 30 }
`;

interface Step {
  readonly action: string;
  readonly key: string;
  readonly fields: readonly string[];
}

describe('models kept as files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-models-'));
  const [home, files] = [join(dir, 'home'), join(dir, 'files')];
  const file = join(files, 'models', 'groups.yaml');
  let kohort: RunningKohort;
  const run = (...args: string[]): Promise<Ran> => runKohort(args, { env: { KOHORT_HOME: home } });
  const told = (ran: Ran) => {
    if (ran.stdout === '') throw new Error(ran.stderr);
    return JSON.parse(ran.stdout);
  };
  const planned = async (): Promise<string[]> => {
    const ran = await run('plan', '--dir', files, '--detailed-exitcode', '--json');
    const steps: Step[] = told(ran).models.steps;
    return [`exit ${ran.code}`, ...steps.map(({ action, key, fields }) => `${action} ${key} ${fields.join()}`.trim())];
  };
  const applied = async () => told(await run('apply', '--dir', files, '--auto-approve', '--json')).models;
  const served = async () => {
    const { model } = await kohort.query<{ model: { liveVersion: number; refit: object } | null }>(
      '{ model(key: "groups") { liveVersion refit { kind everyDays } } }',
    );
    return model;
  };

  beforeAll(async () => {
    mkdirSync(join(files, 'models'), { recursive: true });
    kohort = await startKohort(home);
    const batch = Array.from({ length: PEOPLE * 3 }, (_, n) => ({
      ...{ type: 'track', event: 'Order Completed', userId: `u${n % PEOPLE}`, messageId: `o${n}` },
      timestamp: new Date(TODAY - (1 + (n % 3) * 40 + (n % PEOPLE) / 10) * DAY).toISOString(),
      properties: { order_id: `o${n}`, revenue: 5 + (n % 3) * 100 + (n % 7) },
    }));
    await sendMessages(kohort, batch);
  });
  afterAll(async () => {
    await kohort.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('are planned, fitted, found unchanged, and exported byte for byte the same', async () => {
    writeFileSync(file, GROUPS);
    expect(await planned()).toEqual(['exit 4', 'create groups']);
    expect(await served()).toBeNull();
    expect(await applied()).toEqual([{ key: 'groups', action: 'create', result: 'applied' }]);
    expect(await served()).toEqual({ liveVersion: 1, refit: { kind: 'SCHEDULE', everyDays: 30 } });
    expect(await planned()).toEqual(['exit 0', 'unchanged groups']);
    expect((await run('export', '--dir', files)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(GROUPS);
    const other = join(dir, 'other');
    expect((await run('export', '--dir', other)).code).toBe(0);
    const [name = ''] = existsSync(join(other, 'models')) ? readdirSync(join(other, 'models')) : [];
    expect(readFileSync(join(other, 'models', name), 'utf8')).toContain('model: groups\n');
    expect((await run('plan', '--dir', other, '--detailed-exitcode')).code).toBe(0);
  });

  it('change when a model is fitted again without a fit, and fit it where they ask for other groups', async () => {
    writeFileSync(file, GROUPS.replace('{ everyDays: 30 }', 'on_drift'));
    expect(await planned()).toEqual(['exit 4', 'change groups refit']);
    expect(await applied()).toMatchObject([{ action: 'change', result: 'applied' }]);
    expect(await served()).toEqual({ liveVersion: 1, refit: { kind: 'ON_DRIFT', everyDays: null } });
    writeFileSync(file, GROUPS.replace('{ everyDays: 30 }', 'on_drift').replace('k: 3', 'k: 2'));
    expect(await planned()).toEqual(['exit 4', 'change groups k']);
    await applied();
    expect(await served()).toMatchObject({ liveVersion: 2 });
    expect(await planned()).toEqual(['exit 0', 'unchanged groups']);
  });

  it('differ from a workspace that has returned to an earlier version, until they are applied again', async () => {
    const back = told(await run('models', 'rollback', 'groups', '--to', '1', '--json')).result;
    expect(back).toMatchObject({ model: 'groups', served: 1, scored: { version: 3, fitOf: 1, people: PEOPLE } });
    expect(await served()).toMatchObject({ liveVersion: 3 });
    expect(await planned()).toEqual(['exit 4', 'change groups k']);
    const { servings } = told(await run('models', 'servings', 'groups', '--json')).result;
    expect(servings.map((one: { version: number; cause: string }) => `${one.version} ${one.cause}`)).toEqual([
      ...['3 SCORE', '1 ROLLBACK', '2 FIT', '1 FIT'],
    ]);
    expect(errorOf(await run('models', 'rollback', 'groups', '--to', '9', '--json'))).toMatchObject({
      message: expect.stringContaining('no such version'),
    });
    await applied();
    expect(await served()).toMatchObject({ liveVersion: 4 });
    expect(await planned()).toEqual(['exit 0', 'unchanged groups']);
  });
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  descendantsOf,
  holdStill,
  spawnKohort,
  survivorsOf,
  until,
  untilGone,
  type StartedKohort,
} from './running-kohort';

const STEPS = [
  'Data: a seeded shop',
  'Features',
  'Clusters',
  'Propensity',
  'Segments',
  'Explanations',
  'Destinations',
  'Live',
];

const headingsOf = (account: string): string[] => account.split('\n').filter((line) => /^\d+\. /.test(line));

describe('kohort demo', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-demo-'));
  let demo: StartedKohort | undefined;
  let temporary = '';

  /** A temporary folder of its own shows what a demo leaves behind. */
  function begin(name: string, ...args: string[]): StartedKohort {
    temporary = join(dir, name);
    mkdirSync(temporary);
    demo = spawnKohort(['demo', ...args], { TMPDIR: temporary });
    return demo;
  }

  afterEach(async () => {
    if (!demo) return;
    const marks = descendantsOf(demo.pid);
    demo.signal('SIGKILL');
    await untilGone(marks);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('tells the whole story and leaves nothing behind', async () => {
    const running = begin('told', '--exit', '--customers', '600');
    await until('the engines', 240_000, () => running.output().includes('Kohort is up after'));
    const children = descendantsOf(running.pid);
    expect(children.length).toBeGreaterThanOrEqual(2);
    expect(await running.ended).toEqual({ code: 0, signal: null });
    const account = running.output();
    const headings = headingsOf(account);
    expect(headings).toHaveLength(STEPS.length);
    STEPS.forEach((step, i) => expect(headings[i]).toMatch(new RegExp(`^${i + 1}\\. ${step}`)));

    expect(account).toMatch(
      /Ledger: received ([\d,]+) = stored \1 \+ duplicate 0 \+ rejected 0 \+ quarantined 0; residual 0\./,
    );
    expect(account).toMatch(/\d+ features of \d+ people as of 20/);
    expect(account).toMatch(/k = \d+, silhouette 0\.\d+/);
    const clusters = [...account.matchAll(/^ {2}([A-Z][^\d]+?) +([\d,]+) +([\d.]+) % +([\d.]+) % +\S/gm)];
    expect(clusters.length).toBeGreaterThanOrEqual(2);
    const sum = (column: number): number => clusters.reduce((total, row) => total + Number(row[column]), 0);
    expect(Math.abs(sum(3) - 100)).toBeLessThan(0.5);
    expect(Math.abs(sum(4) - 100)).toBeLessThan(0.5);
    const [, auc = ''] = /^ {2}\w+ +(0\.\d{4}) .*chosen *$/m.exec(account) ?? [];
    expect(Number(auc)).toBeGreaterThan(0.7);
    for (const key of ['best_cluster', 'frequent_buyers', 'likely_to_order', 'win_back', 'ordered_this_hour'])
      expect(account).toMatch(new RegExp(`^ {2}${key} +(rule|cluster|predictive) +\\d`, 'm'));
    expect(account).toMatch(/Why \S+ is in likely_to_order:\n +✓ prediction "\S+" percentile >= \d+/);
    expect(account).toMatch(/moves the log-odds by\n.*\n +\S+ +\S+ +-?\d/);
    for (const plugin of ['file-drop', 'webhook', 'segment'])
      expect(account.match(new RegExp(`^ {2}${plugin} +\\w+ +(first|second) +succeeded `, 'gm'))).toHaveLength(2);
    expect(account).toMatch(/all signatures right/);
    expect(account.match(/heard on the subscription after \d+ ms, webhook after \d+ ms/g)).toHaveLength(5);
    expect(account).toMatch(/Median: event → subscription \d+ ms, event → webhook \d+ ms\./);

    expect(survivorsOf(children)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each([
    ['while its engines start', ''],
    ['while it imports', '1. Data'],
    ['while it trains', '3. Clusters'],
  ])('ends on Ctrl-C %s, and leaves nothing behind', async (name, shown) => {
    const running = begin(name.replaceAll(' ', '-'), '--customers', '600');
    await until('a child', 240_000, () => descendantsOf(running.pid).length > 0);
    await until(shown, 240_000, () => running.output().includes(shown));
    const told = headingsOf(await holdStill(running)).length;
    const children = descendantsOf(running.pid);
    running.signal('SIGINT');
    running.signal('SIGCONT');
    expect(await running.ended).toEqual({ code: 130, signal: null });
    // It does not go on with its story: what it was at when it was asked may have ended by itself.
    expect(headingsOf(running.output()).length).toBeLessThanOrEqual(told + 1);
    // Its engines have ended before it does; a shell that watched one of them may be the last to go.
    expect(survivorsOf(children.filter(({ name }) => name !== 'sh'))).toEqual([]);
    await untilGone(children);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

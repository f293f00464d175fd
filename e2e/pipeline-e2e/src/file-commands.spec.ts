import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dataDir, errorOf, reportOf, runKohort } from './run-kohort';

const withData = (name: string): typeof describe => (existsSync(join(dataDir, name)) ? describe : describe.skip);

describe('file commands of the built command line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-'));
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  afterAll(() => rmSync(dir, { recursive: true }));

  it('says what it can do, and refuses what it does not know with exit 2', async () => {
    expect(await runKohort(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('propensity') });
    expect((await runKohort(['propensty'])).code).toBe(2);
    const missing = await runKohort(['rule', 'eval', '--json']);
    expect(missing.code).toBe(2);
    expect(errorOf(missing)).toMatchObject({ code: 'CLI_USAGE' });
  });

  it('says what identity rules would change of a file, and refuses rules that are none', async () => {
    const said = [
      ['u1', 'd'],
      ['u2', 'd'],
    ].map(([userId, anonymousId]) => ({
      type: 'track',
      event: 'X',
      userId,
      anonymousId,
      timestamp: '2026-05-01T00:00:00Z',
    }));
    const events = file('said.ndjson', said.map((message) => JSON.stringify(message)).join('\n'));
    const limit = { count: 1, period: 'ever' };
    const rules = { identifiers: [{ type: 'user_id', limit }, { type: 'anonymous_id' }] };
    const simulate = (name: string, content: object) =>
      runKohort(['identity', 'simulate', '--rules', file(name, JSON.stringify(content)), '--file', events, '--json']);
    const ran = await simulate('identity.json', rules);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      command: 'identity simulate',
      result: {
        events: 2,
        profiles: { before: 1, after: 2 },
        merges: { added: 0, undone: 1 },
        refused: { user_id: 1 },
      },
    });
    const wrong = await simulate('wrong.json', { identifiers: [{ type: 'user_id', limit: 1 }] });
    expect(wrong.code).toBe(2);
    expect(errorOf(wrong)).toMatchObject({ code: 'IDENTITY_RULES_INVALID', message: expect.stringContaining('limit') });
  });

  it('holds a rule against fixtures: 0 when they pass, 1 when one does not, 2 for a slip with its place', async () => {
    const suite = (members: string): string =>
      `rule: did "Order" in last 30 days
events:
  - { user: ann, at: 2026-05-02T10:00:00Z, track: Order }
expect:
  - { at: 2026-06-01T09:59:59Z, members: ${members} }
  - { at: 2026-06-01T10:00:00Z, members: [] }
`;
    const passed = await runKohort(['test', file('a.segment-test.yaml', suite('[ann]')), '--min-coverage', '100']);
    expect(passed.code).toBe(0);
    expect(passed.stdout.trim().split('\n').at(-1)).toBe('1 passed, 0 failed');
    const failed = await runKohort(['test', file('b.segment-test.yaml', suite('[]')), '--json']);
    expect(failed.code).toBe(1);
    expect(reportOf(failed).metrics).toMatchObject({ cases: 1, passed: 0, failed: 1 });
    const slip = await runKohort(['test', file('c.segment-test.yaml', suite('5')), '--json']);
    expect(slip.code).toBe(2);
    expect(errorOf(slip)).toMatchObject({ code: 'SEGMENTS_FIXTURE_INVALID', line: 5, column: 42 });
  });

  it('holds clusterings against each other, and tells why a row is where it is', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `r${i},${(i % 3) * 40 + (i % 7)},${(i % 3) * 5 + (i % 4)}`);
    const csv = file('groups.csv', ['id,x,y', ...rows].join('\n'));
    const out = join(dir, 'compared.csv');
    const asked = ['--algorithms', 'kmeans,hdbscan', '--k', '2..4', '--out', out, '--json'];
    const compared = await runKohort(['clusters', 'compare', '--csv', csv, '--id', 'id', ...asked]);
    expect(compared.code).toBe(0);
    expect(reportOf(compared)).toMatchObject({ command: 'clusters compare', input: { rows: 60, columns: 3 } });
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines[0]).toMatch(/^algorithm,k,/);
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join(' '))).toEqual(
      expect.arrayContaining(['kmeans 2', 'kmeans 3', 'kmeans 4']),
    );
    const links = file('links.csv', 'a,b,link\nr0,r3,must\nr0,r1,cannot\n');
    const guided = ['--algorithm', 'linked-kmeans', '--param', 'cannotLinks=required', '--links', links, '--k', '3'];
    const explained = await runKohort(['cluster', '--csv', csv, '--id', 'id', ...guided, '--explain', 'r1', '--json']);
    expect(explained.code).toBe(0);
    const { explanations, outliers } = JSON.parse(explained.stdout);
    expect(explanations).toMatchObject([{ id: 'r1', ruleAgrees: true, others: [{ holds: true }, { holds: true }] }]);
    expect(outliers).toMatchObject({ rows: expect.any(Number), inNone: 0 });
    const torn = file('torn.csv', 'a,b,link\nr0,r3,must\nr3,r0,cannot\n');
    const refused = await runKohort(['cluster', '--csv', csv, '--id', 'id', ...guided.with(5, torn), '--json']);
    expect(refused.code).toBe(3);
    expect(errorOf(refused)).toMatchObject({
      message: expect.stringMatching(/^line 5 and line 2 may not be together/),
    });
  });

  describe('rule eval', () => {
    const rule = {
      version: 1,
      entity: 'profile',
      where: {
        event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
      },
    };
    const order = (userId: string, timestamp: string): object => ({
      type: 'track',
      userId,
      event: 'Order Completed',
      timestamp,
    });
    const events = [
      order('b', '2026-05-01T00:00:00Z'),
      order('a', '2026-05-02T00:00:00Z'),
      order('b', '2026-05-03T00:00:00Z'),
    ];

    it('answers one line a person, sorted, with the instant at which time alone changes it', async () => {
      const e = file('e.ndjson.gz', gzipSync(events.map((event) => JSON.stringify(event)).join('\n')));
      const out = join(dir, 'o.ndjson');
      const ran = await runKohort([
        'rule',
        'eval',
        '--events',
        e,
        '--rule',
        file('r.json', JSON.stringify(rule)),
        '--now',
        '2026-05-10T00:00:00Z',
        '--out',
        out,
        '--json',
      ]);
      expect(ran.code).toBe(0);
      const lines = readFileSync(out, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.map((line) => [line.profile, line.member, line.nextChangeAt])).toEqual([
        ['a', false, null],
        ['b', true, '2026-05-31T00:00:00.000Z'],
      ]);
    });

    it('takes the text form, writes either form, and names line and column of a slip', async () => {
      const text = file('r.txt', '-- comes back\ndid "Order Completed" at least 2 times in last 30 days');
      const asJson = await runKohort(['rule', 'format', '--rule', text, '--to', 'json']);
      expect(asJson.code).toBe(0);
      expect(JSON.parse(asJson.stdout)).toEqual(rule);
      const asText = await runKohort(['rule', 'format', '--rule', file('r.json', JSON.stringify(rule))]);
      expect(asText.stdout).toBe('did "Order Completed" at least 2 times in last 30 days\n');
      const e = file('e3.ndjson', events.map((event) => JSON.stringify(event)).join('\n'));
      const evaluated = await runKohort([
        'rule',
        'eval',
        '--events',
        e,
        '--rule',
        text,
        '--now',
        '2026-05-10T00:00:00Z',
      ]);
      expect(evaluated.stdout.split('\n').filter((line) => line.includes('"member":true'))).toHaveLength(1);
      const slip = file('slip.txt', 'did "A"\n  in last 3 dyas');
      const refused = await runKohort([
        'rule',
        'eval',
        '--events',
        e,
        '--rule',
        slip,
        '--now',
        '2026-05-10T00:00:00Z',
        '--json',
      ]);
      expect(refused.code).toBe(2);
      expect(errorOf(refused)).toMatchObject({ code: 'SEGMENTS_TEXT_INVALID', line: 2, column: 13 });
    });

    it('names the node of a wrong rule and the line of a wrong message, exit 2', async () => {
      const unknown = file(
        'u.json',
        JSON.stringify({
          ...rule,
          where: { prediction: { model: 'x', measure: 'probability', op: 'gt', value: 0.5 } },
        }),
      );
      const e = file('e2.ndjson', JSON.stringify(events[0]));
      const refused = await runKohort([
        'rule',
        'eval',
        '--events',
        e,
        '--rule',
        unknown,
        '--now',
        '2026-05-10T00:00:00Z',
        '--json',
      ]);
      expect(refused.code).toBe(2);
      expect(errorOf(refused).message).toContain('where');
      const broken = file('broken.ndjson', `${JSON.stringify(events[0])}\n{"type":`);
      const cut = await runKohort([
        'rule',
        'eval',
        '--events',
        broken,
        '--rule',
        file('r.json', JSON.stringify(rule)),
        '--now',
        '2026-05-10T00:00:00Z',
        '--json',
      ]);
      expect(cut.code).toBe(2);
      expect(errorOf(cut)).toMatchObject({ code: 'FILE_BAD_JSON', line: 2 });
    });
  });

  withData('telco-churn')('propensity on telecom customers', () => {
    const csv = join(dataDir, 'telco-churn/customers.csv.gz');
    it.each([
      ['logistic', 0.843],
      ['gbdt', 0.834],
    ])('reaches the published quality with %s', async (model, least) => {
      const out = join(dir, `${model}.csv`);
      const ran = await runKohort([
        'propensity',
        '--csv',
        csv,
        '--label',
        'Churn',
        '--positive',
        'Yes',
        '--id',
        'customerID',
        '--model',
        model,
        '--out',
        out,
        '--json',
      ]);
      expect(ran.code).toBe(0);
      const { metrics, input } = reportOf(ran);
      expect(input).toEqual({ rows: 7043, columns: 21 });
      expect(metrics['auc']).toBeGreaterThanOrEqual(least);
      expect(metrics['auc_low']).toBeLessThan(metrics['auc'] ?? 0);
      const lines = readFileSync(out, 'utf8').trim().split('\n');
      expect(lines).toHaveLength(7044);
      expect(lines[0]).toBe('id,fold,score');
      expect(lines[1]).toMatch(/^7590-VHVEG,[1-5],0\.\d+$/);
    });
  });

  it.each([
    ['an unknown column', 'id,y\n1,a\n', ['--label', 'z', '--positive', 'a'], 2, /z/],
    ['a value that never occurs', 'id,y\n1,a\n2,b\n', ['--label', 'y', '--positive', 'c'], 2, /c/],
    ['one class only', 'x,y\n1,a\n2,a\n3,a\n', ['--label', 'y', '--positive', 'a'], 3, /a/],
    ['too few rows', 'x,y\n1,a\n2,b\n3,a\n', ['--label', 'y', '--positive', 'a'], 3, /./],
    ['an id twice', 'id,x,y\n1,2,a\n1,3,b\n', ['--label', 'y', '--positive', 'a', '--id', 'id'], 2, /line 3/],
    ['an empty file', '', ['--label', 'y', '--positive', 'a'], 2, /rows/],
  ])('propensity refuses %s', async (_what, content, flags, code, message) => {
    const ran = await runKohort(['propensity', '--csv', file('bad.csv', content), ...flags, '--json']);
    expect(ran.code).toBe(code);
    expect(errorOf(ran).message).toMatch(message);
  });

  withData('online-retail')('import --dry-run on real order lines', () => {
    it('cleans by the mapping exactly as published', async () => {
      const ran = await runKohort(['import', join(dataDir, 'online-retail'), '--dry-run', '--json']);
      expect(ran.code).toBe(0);
      const { report, mapping, suppressionListAsked } = JSON.parse(ran.stdout);
      expect(mapping).toBe('online-retail');
      expect(suppressionListAsked).toBe(false);
      expect(report).toMatchObject({ rows: 541_909, mappedRows: 397_884, messages: 18_532, distinctIds: 4_338 });
    });
  });
});

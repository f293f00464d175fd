import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runProgram } from '../program';

describe('kohort test', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-test-'));
  const write = (name: string, content: string | Buffer): string => {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  let said: string;
  beforeEach(() => {
    said = '';
    process.exitCode = undefined;
    const take = (text: string | Uint8Array): boolean => {
      said += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(take);
    jest.spyOn(process.stderr, 'write').mockImplementation(take);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const order = { type: 'track', userId: 'ann', event: 'Order', timestamp: '2026-05-02T10:00:00Z' };
  const fixture = (members: string, more = ''): string =>
    `ruleFile: ../rules/r.txt\neventsFile: e.ndjson.gz\nexpect:\n  - { at: 2026-05-03T00:00:00Z, members: ${members} }\n${more}`;

  it('runs the examples, and all their conditions are covered', async () => {
    const examples = join(__dirname, '../../examples');
    expect(await runProgram(['test', examples, '--min-coverage', '100'])).toBe(0);
    expect(said).toContain('✓ a refund keeps somebody out for 90 days');
    expect(said).toMatch(/did "Order Completed" at least 2 times in last 30 days +✓ +✓ +· +✓ +covered/);
    expect(said.endsWith('3 passed, 0 failed\n')).toBe(true);
  });

  it('finds suites in folders, reads what they name beside them, and fails with the reason', async () => {
    write('rules/r.txt', 'did "Order" in last 30 days');
    write('suites/e.ndjson.gz', gzipSync(JSON.stringify(order)));
    write('suites/good.segment-test.yaml', fixture('[ann]'));
    write('suites/node_modules/no.segment-test.yaml', 'not looked at');
    write('suites/deep/other.txt', 'not looked at');
    expect(await runProgram(['test', join(dir, 'suites')])).toBe(0);
    expect(said).toContain('1 passed, 0 failed\n');
    said = '';
    const bad = write('suites/bad.segment-test.yaml', fixture('[]'));
    expect(await runProgram(['test', join(dir, 'suites')])).toBe(1);
    expect(said).toContain('✗ members over time');
    expect(said).toContain('+ expected out, but in: ann');
    expect(said).toContain('holds: did "Order" in last 30 days [where]; 1 counted');
    expect(said.endsWith('1 passed, 1 failed\n')).toBe(true);
    said = '';
    expect(await runProgram(['test', bad, '--json'])).toBe(1);
    expect(JSON.parse(said)).toMatchObject({
      command: 'test',
      seed: null,
      input: { rows: 1, columns: 0 },
      metrics: { suites: 1, cases: 1, passed: 0, failed: 1 },
      warnings: [],
      cases: [
        { file: bad, passed: false, failures: [{ unexpected: ['ann'], why: [{ profile: 'ann', member: true }] }] },
      ],
      coverage: [{ leaves: [{ id: 'where', seenTrue: true, seenFalse: false, exitByTime: false }] }],
    });
  });

  it('fails below the coverage asked for', async () => {
    const suite = write('suites/good.segment-test.yaml', fixture('[ann]'));
    expect(await runProgram(['test', suite, '--min-coverage', '50'])).toBe(1);
    expect(said).toContain('coverage 33.3 % is below the 50 % asked for');
    expect(said.endsWith('1 passed, 0 failed\n')).toBe(true);
    expect(await runProgram(['test', suite, '--min-coverage', '30'])).toBe(0);
    expect(await runProgram(['test', suite, '--min-coverage', 'much'])).toBe(2);
  });

  it('refuses bad input with file, line and column, also of the files that a suite names', async () => {
    const slip = write('slip.yaml', fixture('[ann]', 'evnets: []\n'));
    expect(await runProgram(['test', slip, '--json'])).toBe(2);
    expect(JSON.parse(said)).toMatchObject({ error: { code: 'SEGMENTS_FIXTURE_INVALID', line: 5 } });
    said = '';
    write('rules/r.txt', 'did "Order" in\nlast 30 dayz');
    expect(await runProgram(['test', join(dir, 'suites/good.segment-test.yaml')])).toBe(2);
    expect(said).toMatch(/r\.txt, line 2, column \d+, /);
    said = '';
    write('rules/r.txt', 'did "Order" in last 30 days');
    write('suites/e.ndjson.gz', gzipSync(`${JSON.stringify(order)}\n{"type":"track"}`));
    expect(await runProgram(['test', join(dir, 'suites/good.segment-test.yaml')])).toBe(2);
    expect(said).toMatch(/e\.ndjson\.gz, line 2, /);
    expect(await runProgram(['test', join(dir, 'nowhere')])).toBe(2);
    expect(await runProgram(['test', join(dir, 'rules')])).toBe(2);
    expect(said).toContain('FILE_NO_FIXTURES');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKohort } from './run-kohort';

describe('kohort doctor', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-doctor-'));
  const home = { KOHORT_HOME: join(dir, 'home') };
  let looked = 0;
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('finds what Kohort needs, one line each, and exits with 0', async () => {
    const ran = await runKohort(['doctor', '--json'], { env: home });
    expect(ran.code).toBe(0);
    const { healthy, findings } = JSON.parse(ran.stdout) as { healthy: boolean; findings: { what: string }[] };
    expect(healthy).toBe(true);
    expect(findings.map((finding) => finding.what)).toEqual([
      'settings',
      'Node.js',
      'embedded PostgreSQL',
      'ClickHouse engine',
      'disk',
      'memory',
      'TensorFlow.js',
      'gradient boosting',
      'redis-server',
      'home folder',
      'suppression key',
      'running Kohort',
      'books of the last day',
    ]);
    looked = findings.length;
    const table = await runKohort(['doctor'], { env: home });
    expect(table.code).toBe(0);
    for (const { what } of findings) expect(table.stdout).toMatch(new RegExp(`^ *(ok|warn) +${what} `, 'm'));
  });

  it('exits with 1 when something is wrong, and still looks at the rest', async () => {
    const wrong = await runKohort(['doctor', '--json'], { env: { ...home, KOHORT_PORT: 'x' } });
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout).healthy).toBe(false);
    const { findings } = JSON.parse(wrong.stdout);
    expect(looked).toBeGreaterThan(0);
    expect(findings).toHaveLength(looked);
    expect(findings[0]).toMatchObject({
      what: 'settings',
      state: 'fail',
      detail: expect.stringContaining('KOHORT_PORT'),
    });
  });

  it('prints the settings without their secrets, and the text of an .env file', async () => {
    const secret = 'khk_not_for_the_screen';
    const settings = await runKohort(['doctor', '--settings'], { env: { ...home, KOHORT_API_KEY: secret } });
    expect(settings.code).toBe(0);
    expect(settings.stdout).toContain('KOHORT_API_KEY=***\n');
    expect(settings.stdout).toContain(`KOHORT_HOME=${home.KOHORT_HOME}\n`);
    expect(settings.stdout).not.toContain(secret);
    const example = await runKohort(['doctor', '--settings-example'], { env: home });
    expect(example.stdout).toContain('# port of the API; 0 takes a free one\nKOHORT_PORT=4000\n');
  });
});

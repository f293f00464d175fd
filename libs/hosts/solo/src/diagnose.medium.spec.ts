import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from './diagnose';

describe('the doctor on this machine', () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'kohort-doctor-'));
  afterAll(() => rmSync(homeDir, { recursive: true }));

  it('finds the engines that were installed with the packages, and changes nothing', async () => {
    const findings = await diagnose({ homeDir, embeddedDatabase: true, embeddedColumns: true });
    const state = new Map(findings.map((finding) => [finding.what, finding.state]));
    const needed = ['Node.js', 'embedded PostgreSQL', 'ClickHouse engine', 'gradient boosting', 'TensorFlow.js'];
    expect(needed.map((what) => [what, state.get(what)])).toEqual(needed.map((what) => [what, 'ok']));
    expect(readdirSync(homeDir)).toEqual([]);
  });

  it('says that a Kohort does not answer', async () => {
    const findings = await diagnose({
      homeDir,
      embeddedDatabase: true,
      embeddedColumns: true,
      url: 'http://127.0.0.1:9',
    });
    const found = (what: string) => findings.find((finding) => finding.what === what);
    expect(found('running Kohort')).toMatchObject({ state: 'warn' });
    expect(found('books of the last day')?.detail).toMatch(/not looked at/);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose, type Finding } from './diagnose';

describe('the doctor', () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'kohort-doctor-'));
  afterAll(() => rmSync(homeDir, { recursive: true }));
  const look = async (options: Partial<Parameters<typeof diagnose>[0]> = {}): Promise<Map<string, Finding>> => {
    const findings = await diagnose({ homeDir, nodeVersion: 'v20.20.2', path: '', ...options });
    return new Map(findings.map((finding) => [finding.what, finding]));
  };

  it('finds the engines that were installed with the packages', async () => {
    const found = await look();
    for (const what of [
      'Node.js',
      'embedded PostgreSQL',
      'ClickHouse engine',
      'gradient boosting',
      'TensorFlow.js',
      'home folder',
    ]) {
      expect([what, found.get(what)?.state]).toEqual([what, 'ok']);
    }
    expect(found.get('redis-server')?.state).toBe('warn');
  });

  it('names an old Node, a damaged home and a Kohort that does not answer', async () => {
    writeFileSync(join(homeDir, 'solo.json'), '{}');
    const found = await look({ nodeVersion: 'v18.19.0', url: 'http://127.0.0.1:9' });
    expect(found.get('Node.js')).toMatchObject({ state: 'fail', detail: expect.stringContaining('20.19') });
    expect(found.get('home folder')?.state).toBe('fail');
    expect(found.get('running Kohort')?.state).toBe('warn');
  });
});

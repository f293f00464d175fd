import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDir, runKohort } from './run-kohort';

const retail = join(dataDir, 'online-retail');

(existsSync(retail) ? describe : describe.skip)('kohort demo on real order lines', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'kohort-e2e-real-'));
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  it('keeps what the publication keeps, and tells the story to its end', async () => {
    const ran = await runKohort(['demo', '--exit', '--data', retail], { env: { TMPDIR: temporary } });
    expect(ran.code).toBe(0);
    const account = ran.stdout;
    expect(account).toContain('541,909 rows: 397,884 become 18,532 messages of 4,338 people');
    expect(account).toContain(
      'received 541,909 = stored 397,884 + duplicate 0 + rejected 144,025 + quarantined 0; residual 0.',
    );
    expect(account).toMatch(/\d+ features of 4,338 people as of 2011-12-09/);
    expect(account).toMatch(/silhouette 0\.\d+, 4,338 people\./);
    const [, auc = ''] = /^ {2}\w+ +(0\.\d{4}) .*chosen *$/m.exec(account) ?? [];
    expect(Number(auc)).toBeGreaterThan(0.7);
    expect(account).toMatch(/Median: event → subscription \d+ ms, event → webhook \d+ ms\./);
    expect(readdirSync(temporary)).toEqual([]);
  }, 240_000);
});

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { FileArea } from '@kohort/plugin-kit-sdk';
import { createFolderArea } from '@kohort/plugin-kit-host';
import { sampleChange, sampleInput, tryOut } from '@kohort/plugin-kit-testkit';
import { plugin } from '../../plugin';

const FOLDER =
  'audiences/00000000-0000-4000-9000-000000000001/vip/run_date=2026-01-02/00000000-0000-4000-9000-000000000005';

describe('write-members', () => {
  let root: string;
  let files: FileArea;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kohort-drop-'));
    files = createFolderArea(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const deliver = (
    page: { changes: ReturnType<typeof sampleChange>[]; sequence?: number },
    settings = {},
    area: FileArea = files,
  ): ReturnType<ReturnType<typeof tryOut>['deliverer']['deliver']> =>
    tryOut(plugin, { files: area }).deliverer.deliver(
      { ...sampleInput(plugin, settings, page.changes), sequence: page.sequence ?? 0 },
      {},
    );
  const manifest = async (): Promise<{
    files: { key: string; rows: number; sha256: string }[];
    adds: number;
    removes: number;
  }> => JSON.parse(await readFile(join(root, FOLDER, '_manifest.json'), 'utf8'));

  it('writes parts and a manifest whose sums are right', async () => {
    await deliver({ changes: [sampleChange(1), sampleChange(2, { operation: 'remove', before: true })] });
    await deliver({ changes: [sampleChange(3)], sequence: 1 });
    const said = await manifest();
    expect(said).toMatchObject({
      adds: 2,
      removes: 1,
      files: [
        { key: 'part-00000.csv', rows: 2 },
        { key: 'part-00001.csv', rows: 1 },
      ],
    });
    for (const part of said.files) {
      const bytes = await readFile(join(root, FOLDER, part.key));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(part.sha256);
    }
    expect((await readdir(join(root, FOLDER))).sort()).toEqual(['_manifest.json', 'part-00000.csv', 'part-00001.csv']);
  });

  it('writes rows that a CSV parser reads, removals first', async () => {
    const tricky = sampleChange(1, { identifiers: { user_id: ['=1+1'], email: ['a"b,c@x.example'] } });
    await deliver({ changes: [tricky, sampleChange(2, { operation: 'remove', before: true })] });
    const text = await readFile(join(root, FOLDER, 'part-00000.csv'), 'utf8');
    expect(text.charCodeAt(0)).toBe('a'.charCodeAt(0));
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(rows.find((row) => row['action'] === 'add')).toMatchObject({
      segment_key: 'vip',
      user_id: "'=1+1",
      email: 'a"b,c@x.example',
      change_version: '1',
      changed_at: '2026-01-02T03:04:05.000Z',
    });
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'action',
      'segment_key',
      'profile_id',
      'user_id',
      'email',
      'change_version',
      'changed_at',
      'run_id',
    ]);
  });

  it('replaces a page that is written again', async () => {
    await deliver({ changes: [sampleChange(1), sampleChange(2)] });
    const first = await manifest();
    await deliver({ changes: [sampleChange(1), sampleChange(2)] });
    expect(await manifest()).toEqual(first);
    expect(first.adds).toBe(2);
  });

  it('writes NDJSON without guards, and gzip', async () => {
    await deliver(
      { changes: [sampleChange(1, { identifiers: { user_id: ['=1+1'] } })] },
      { format: 'ndjson', gzip: true },
    );
    const bytes = await readFile(join(root, FOLDER, 'part-00000.ndjson.gz'));
    expect(JSON.parse(gunzipSync(bytes).toString('utf8'))).toMatchObject({
      action: 'add',
      user_id: '=1+1',
      email: null,
    });
  });

  it('without a manifest nothing counts: a crash between part and manifest is an unknown outcome', async () => {
    const failing: FileArea = {
      read: (path) => files.read(path),
      write: (path, content) =>
        path.endsWith('_manifest.json') ? Promise.reject(new Error('disk full')) : files.write(path, content),
    };
    const outcome = await deliver({ changes: [sampleChange(1)] }, {}, failing);
    expect(outcome.verdicts[0]?.fate).toBe('unknown');
    expect(await files.read(`${FOLDER}/_manifest.json`)).toBeNull();
    await deliver({ changes: [sampleChange(1)] });
    expect((await manifest()).adds).toBe(1);
  });

  it('asks for a person when the folder cannot be written to', async () => {
    const denied: FileArea = {
      read: () => Promise.resolve(null),
      write: () => Promise.reject(Object.assign(new Error('denied'), { code: 'EACCES' })),
    };
    const outcome = await deliver({ changes: [sampleChange(1)] }, {}, denied);
    expect(outcome.stop).toMatchObject({ action: 'pause', code: 'FILE_DROP_NOT_WRITABLE' });
    const trial = tryOut(plugin, { files: denied });
    const found = await trial.deliverer.check(sampleInput(plugin, {}, []).destination, {});
    expect(found).toMatchObject([{ ok: false, code: 'NOT_WRITABLE' }]);
  });

  it('does not overwrite a manifest that is not its own', async () => {
    await files.write(`${FOLDER}/_manifest.json`, Buffer.from('{"mine":true}'));
    const outcome = await deliver({ changes: [sampleChange(1)] });
    expect(outcome.stop).toMatchObject({ action: 'pause', code: 'FILE_DROP_MANIFEST' });
  });

  it('finds its folder well', async () => {
    const trial = tryOut(plugin, { files });
    const found = await trial.deliverer.check(sampleInput(plugin, {}, []).destination, {});
    expect(found).toMatchObject([{ ok: true }]);
  });
});

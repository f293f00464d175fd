import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDENTITY_THREAD, openPipelineHost } from '@kohort/hosts-pipeline';
import { threadCompute } from '@kohort/hosts-runtime';
import { systemClock } from '@kohort/kernel-clock-random';
import { silentLogger } from '@kohort/kernel-telemetry';
import { openColumnLoader, openColumns } from '@kohort/platform-columns';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { openDatabase } from '@kohort/platform-postgres';
import { jobNames, pipeline } from '@kohort/pipeline-map';
import { config } from '../src/config';

const file = (name: string): string => readFileSync(join(__dirname, '..', name), 'utf8');
const owned = jobNames.filter((job) => pipeline[job].owner === 'pipeline-worker');

describe('pipeline-worker', () => {
  const home = mkdtempSync(join(tmpdir(), 'kohort-boot-'));

  afterAll(() => rmSync(home, { recursive: true }));

  it('handles exactly the jobs that the pipeline map gives it', () => {
    // Binding connects to nothing: the address is nobody's.
    const database = openDatabase({
      url: 'postgres://nobody@127.0.0.1:1/none',
      maxConnections: 1,
      applicationName: 'spec',
    });
    const engines = { database, artifacts: openLocalArtifacts(home), clock: systemClock, logger: silentLogger };
    const address = { url: 'http://127.0.0.1:1', adminKey: 'none', queryKey: 'none', database: 'none' };
    const columns = openColumns(address);
    const opened = { columns, loader: openColumnLoader({ database, columns }), close: () => Promise.resolve() };
    const { handlers } = openPipelineHost({
      engines,
      columns: opened,
      mappings: [],
      secrets: null,
      egressAllow: [],
      suppressionKeys: [Buffer.alloc(32, 1)],
      compute: threadCompute({ names: [IDENTITY_THREAD], threadsDir: 'none', heapLimitMb: 64 }),
      threadsDir: 'none',
      heapLimitMb: 64,
    });
    expect(Object.keys(handlers).sort()).toEqual([...owned].sort());
  });

  it('has its settings written down: .env.example is fresh', () => {
    expect(file('.env.example')).toBe(config.example());
  });

  it('names its jobs in its README', () => {
    expect(owned.length).toBeGreaterThan(0);
    expect(owned.filter((job) => !file('README.md').includes(`\`${job}\``))).toEqual([]);
  });

  it('refuses to start without what it needs, and with a setting that is none', () => {
    expect(() => config.parse({ KOHORT_TYPO: '1' })).toThrow(/DATABASE_URL is required.*KOHORT_TYPO is no setting/);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusteringHandlers } from '@kohort/hosts-clustering';
import { systemClock } from '@kohort/kernel-clock-random';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { openDatabase } from '@kohort/platform-postgres';
import { jobNames, pipeline } from '@kohort/pipeline-map';
import { config } from '../src/config';

const file = (name: string): string => readFileSync(join(__dirname, '..', name), 'utf8');
const owned = jobNames.filter((job) => pipeline[job].owner === 'clustering-worker');

describe('clustering-worker', () => {
  const home = mkdtempSync(join(tmpdir(), 'kohort-boot-'));

  afterAll(() => rmSync(home, { recursive: true }));

  it('handles exactly the jobs that the pipeline map gives it', () => {
    // Binding connects to nothing: the address is nobody's.
    const database = openDatabase({
      url: 'postgres://nobody@127.0.0.1:1/none',
      maxConnections: 1,
      applicationName: 'spec',
    });
    const engines = { database, artifacts: openLocalArtifacts(home), clock: systemClock };
    const dataset = { features: jest.fn(), doers: jest.fn(), extent: jest.fn() };
    const handlers = clusteringHandlers({ engines, dataset, compute: { run: jest.fn() } });
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

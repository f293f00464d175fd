import { OWNERS, jobNames, pipeline, type JobHandlers } from '@kohort/pipeline-map';
import { checkHandlers } from './check-handlers';

const nothing = (): Promise<void> => Promise.resolve();
const control = { signal: new AbortController().signal, isLastAttempt: false };
const ids = {
  workspaceId: '6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b11',
  batchId: '6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b12',
  runId: '6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b13',
};

function complete(owner: string): JobHandlers {
  return Object.fromEntries(jobNames.filter((job) => pipeline[job].owner === owner).map((job) => [job, nothing]));
}

const all = Object.fromEntries(OWNERS.map((owner) => [owner, complete(owner)]));

describe('checkHandlers', () => {
  it('takes hosts that together handle each job once', () => {
    expect([...checkHandlers(all, OWNERS).keys()].sort()).toEqual([...jobNames].sort());
    expect([
      ...checkHandlers({ 'clustering-worker': complete('clustering-worker') }, ['clustering-worker']).keys(),
    ]).toEqual(['models.fitClusters', 'models.watch', 'models.score']);
  });

  it('refuses a job that nobody handles', () => {
    const rest = { ...complete('pipeline-worker'), 'identity.resolve': undefined };
    expect(() => checkHandlers({ ...all, 'pipeline-worker': rest }, OWNERS)).toThrow(
      /identity\.resolve has no handler/,
    );
  });

  it('refuses a job that another owner handles too', () => {
    const greedy = { ...complete('sync-worker'), 'models.fitClusters': nothing };
    expect(() => checkHandlers({ ...all, 'sync-worker': greedy }, OWNERS)).toThrow(
      /models\.fitClusters belongs to clustering-worker, not to sync-worker/,
    );
  });

  it('refuses handlers of a host that does not run here, and names every finding', () => {
    expect(() => checkHandlers({ 'sync-worker': complete('sync-worker') }, ['clustering-worker'])).toThrow(
      expect.objectContaining({
        code: 'QUEUE_HANDLERS_WRONG',
        details: {
          findings: [
            'models.fitClusters has no handler in clustering-worker',
            'models.watch has no handler in clustering-worker',
            'models.score has no handler in clustering-worker',
            'handlers of sync-worker, which does not run here',
          ],
        },
      }),
    );
  });

  it('parses the payload before the handler sees it', async () => {
    const seen: unknown[] = [];
    const handlers = {
      ...complete('sync-worker'),
      'sync.run': (input: unknown) => Promise.resolve(void seen.push(input)),
    };
    const bound = checkHandlers({ 'sync-worker': handlers }, ['sync-worker']);
    await bound.get('sync.run')?.([{ ...ids, extra: 1 }], control);
    expect(seen).toEqual([{ workspaceId: ids.workspaceId, runId: ids.runId }]);
    await expect(bound.get('sync.run')?.([{ workspaceId: 'nonsense' }], control)).rejects.toThrow(/UUID/);
    expect(seen).toHaveLength(1);
  });

  it('gives batches that are taken together as one input', async () => {
    const seen: unknown[] = [];
    const handlers = {
      ...complete('sync-worker'),
      'sync.track': (input: unknown) => Promise.resolve(void seen.push(input)),
    };
    const bound = checkHandlers({ 'sync-worker': handlers }, ['sync-worker']);
    await bound.get('sync.track')?.([ids, { ...ids, batchId: ids.runId }], control);
    expect(seen).toEqual([{ workspaceId: ids.workspaceId, batchIds: [ids.batchId, ids.runId] }]);
    await expect(bound.get('sync.track')?.([ids, { workspaceId: 'nonsense' }], control)).rejects.toThrow(/UUID/);
    expect(seen).toHaveLength(1);
  });
});

import { serveThread, threadRunner } from '@kohort/hosts-linkage';
import { allPairs, linkTable, measureLinkage, type PairRunner } from '@kohort/identity-linkage';
import { linkageReport } from '../linkage/linkage-report';
import type { LinkageReport, LinkageRequest } from '../linkage/linkage-request';
import { loadRecords } from '../linkage/load-records';
import { loadTruth } from '../linkage/load-truth';
import { writeClusters, writePairs } from '../linkage/write-links';

serveThread(async (request: LinkageRequest, { signal, onProgress }): Promise<LinkageReport> => {
  const onRows = (done: number): void => onProgress({ phase: 'reading rows', done, total: null });
  const { table, ids, columns } = await loadRecords(request, { signal, onRows });
  const { threadsDir, threads, params } = request;
  const onThreads = threadRunner({ threadsDir, threads, signal, onProgress });
  const compared = { pairs: 0, ms: 0 };
  const runner: PairRunner = {
    async run(task) {
      const from = performance.now();
      const result = await onThreads.run(task);
      compared.pairs += result.visited;
      compared.ms += Math.round(performance.now() - from);
      return result;
    },
  };
  const outcome = await linkTable(table, params, { runner, signal, onProgress });
  const sizes = { records: table.records, allPairs: allPairs(table) };
  const truth = request.truth === undefined ? undefined : await loadTruth(request.truth, ids, table.split);
  const quality = truth ? measureLinkage(truth, outcome, sizes) : null;
  const report = linkageReport({ table, outcome, ids }, { columns, compared, quality, explain: request.explain });
  if (request.writesPairs) writePairs(request.out, outcome.decided, ids);
  if (request.clustersOut !== undefined) writeClusters(request.clustersOut, outcome.clusters, ids);
  return report;
});

import { runParams, type JobControl, type ModelDrift } from '@kohort/kernel-contracts';
import type { Engines } from '@kohort/hosts-runtime';
import type { ClusterMatch, KChoice } from '@kohort/models-domain';
import {
  fitClusters,
  scoreModel,
  watchModel,
  type ClusterFit,
  type DatasetPort,
  type PeopleScored,
  type PeopleToScore,
} from '@kohort/models-flow';
import type { JobHandlers } from '@kohort/pipeline-map';
import type { Compute } from '@kohort/platform-compute';
import { modelStore, modelWatchStore, runHandler } from '@kohort/platform-postgres';

/** What the clustering worker is bound to. */
export interface ClusteringParts {
  readonly engines: Pick<Engines, 'database' | 'artifacts' | 'clock'>;
  readonly dataset: DatasetPort;
  /** Must know the thread `fit-clusters`. */
  readonly compute: Compute;
}

/** Name of the thread entry of this host. */
export const CLUSTERING_THREAD = 'fit-clusters';

/** The jobs of the clustering worker, bound to the engines. */
export function clusteringHandlers({ engines, dataset, compute }: ClusteringParts): JobHandlers {
  const { database, artifacts, clock } = engines;
  const score = (people: PeopleToScore, control: JobControl) =>
    compute.run<PeopleScored>(CLUSTERING_THREAD, { ...people, stage: 'score' }, control);
  return {
    'models.fitClusters': runHandler({
      database,
      clock,
      params: runParams['models.fitClusters'],
      flow: (context, params) =>
        fitClusters(
          {
            dataset,
            artifacts,
            models: modelStore(database),
            fit: (matrix, settings, control) =>
              compute.run<ClusterFit>(CLUSTERING_THREAD, { matrix, ...settings, stage: 'fit' }, control),
            choose: (matrix, { known: scores, ...settings }, control) =>
              compute.run<KChoice | null>(
                CLUSTERING_THREAD,
                { matrix, ...settings, scores, choice: null, stage: 'choose' },
                control,
              ),
            score,
            match: (versions, control) =>
              compute.run<ClusterMatch>(CLUSTERING_THREAD, { ...versions, stage: 'match' }, control),
          },
          context,
          params,
        ),
    }),
    'models.watch': runHandler({
      database,
      clock,
      params: runParams['models.watch'],
      flow: (context, params) =>
        watchModel(
          {
            dataset,
            artifacts,
            watch: modelWatchStore(database),
            compare: (look, control) =>
              compute.run<ModelDrift>(CLUSTERING_THREAD, { ...look, stage: 'watch' }, control),
          },
          context,
          params,
        ),
    }),
    'models.score': runHandler({
      database,
      clock,
      params: runParams['models.score'],
      flow: (context, params) =>
        scoreModel(
          {
            dataset,
            artifacts,
            models: modelStore(database),
            score,
          },
          context,
          params,
        ),
    }),
  };
}

import { runParams } from '@kohort/kernel-contracts';
import type { Engines } from '@kohort/hosts-runtime';
import { fitPropensity, type DatasetPort, type PeopleScored, type PropensityFit } from '@kohort/models-flow';
import type { JobHandlers } from '@kohort/pipeline-map';
import type { Compute } from '@kohort/platform-compute';
import { modelStore, runHandler } from '@kohort/platform-postgres';

/** What the propensity worker is bound to. */
export interface PropensityParts {
  readonly engines: Pick<Engines, 'database' | 'artifacts' | 'clock'>;
  readonly dataset: DatasetPort;
  /** Must know the thread `fit-propensity`. */
  readonly compute: Compute;
}

/** Name of the thread entry of this host. */
export const PROPENSITY_THREAD = 'fit-propensity';

/** The jobs of the propensity worker, bound to the engines. */
export function propensityHandlers({ engines, dataset, compute }: PropensityParts): JobHandlers {
  const { database, artifacts, clock } = engines;
  return {
    'models.fitPropensity': runHandler({
      database,
      clock,
      params: runParams['models.fitPropensity'],
      flow: (context, params) =>
        fitPropensity(
          {
            dataset,
            artifacts,
            models: modelStore(database),
            fit: (input, control) => compute.run<PropensityFit>(PROPENSITY_THREAD, { ...input, stage: 'fit' }, control),
            score: (people, control) =>
              compute.run<PeopleScored>(PROPENSITY_THREAD, { ...people, stage: 'score' }, control),
          },
          context,
          params,
        ),
    }),
  };
}

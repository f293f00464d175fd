import type { JobControl } from '@kohort/kernel-contracts';
import { xgboostEngine } from '@kohort/ml-adapters';
import { fitPropensity, parsePropensity, peopleTable, scorePropensity } from '@kohort/models-domain';
import type { PeopleScored, PeopleToScore, PropensityFit, PropensityFitInput } from '@kohort/models-flow';
import { serveThread } from '@kohort/platform-compute';

type Input =
  (PropensityFitInput & { readonly stage: 'fit' }) | (Omit<PeopleToScore, 'kind'> & { readonly stage: 'score' });

function scored({ artifact, matrix }: Omit<PeopleToScore, 'kind'>): PeopleScored {
  return { kind: 'propensity', ...scorePropensity(parsePropensity(artifact), peopleTable(matrix)) };
}

serveThread(async (input: Input, control: JobControl): Promise<PropensityFit | PeopleScored> => {
  if (input.stage === 'score') return scored(input);
  return fitPropensity(input, {}, { ...control, gbdt: xgboostEngine() });
});

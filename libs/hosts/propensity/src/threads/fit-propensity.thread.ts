import type { JobControl } from '@kohort/kernel-contracts';
import { xgboostEngine } from '@kohort/ml-adapters';
import { fitPropensity, scorePeople } from '@kohort/models-domain';
import type { PeopleScored, PeopleToScore, PropensityFit, PropensityFitInput } from '@kohort/models-flow';
import { serveThread } from '@kohort/platform-compute';

type Input =
  (PropensityFitInput & { readonly stage: 'fit' }) | (Omit<PeopleToScore, 'kind'> & { readonly stage: 'score' });

serveThread(async (input: Input, control: JobControl): Promise<PropensityFit | PeopleScored> => {
  if (input.stage === 'score') return { kind: 'propensity', ...scorePeople(input.artifact, input.matrix) };
  return fitPropensity(input, {}, { ...control, gbdt: xgboostEngine() });
});

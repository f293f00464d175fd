import { xgboostEngine } from '@kohort/ml-adapters';
import { fitPropensity } from '@kohort/models-domain';
import type { PropensityFitInput } from '@kohort/models-flow';
import { serveThread } from '@kohort/platform-compute';

serveThread((input: PropensityFitInput, control) => fitPropensity(input, {}, { ...control, gbdt: xgboostEngine() }));

import { outlierCapper } from '../capping/outlier-capper';
import { hashingEncoder } from '../encoders/hashing-encoder';
import { oneHotEncoder } from '../encoders/one-hot-encoder';
import { ordinalEncoder } from '../encoders/ordinal-encoder';
import { targetEncoder } from '../encoders/target-encoder';
import { iterativeImputer } from '../imputers/iterative-imputer';
import { knnImputer } from '../imputers/knn-imputer';
import { missingIndicator } from '../imputers/missing-indicator';
import { simpleImputer } from '../imputers/simple-imputer';
import { isolationForest } from '../outliers/isolation-forest';
import { outlierFlags } from '../outliers/outlier-flags';
import { preprocessingErrors } from '../preprocessing-errors';
import { pca } from '../reduction/pca';
import { logTransformer } from '../scalers/log-transformer';
import { minMaxScaler } from '../scalers/min-max-scaler';
import { powerTransformer } from '../scalers/power-transformer';
import { quantileTransformer } from '../scalers/quantile-transformer';
import { robustScaler } from '../scalers/robust-scaler';
import { standardScaler } from '../scalers/standard-scaler';
import { columnSelector } from '../selection/column-selector';
import { correlationFilter } from '../selection/correlation-filter';
import { mutualInformation } from '../selection/mutual-information';
import { varianceThreshold } from '../selection/variance-threshold';
import { stepMaker, type StepMaker } from './applied-step';

/** Every transformer of the library: what a pipeline's steps may use, and what stored ones are read with. */
export const transformers: readonly StepMaker[] = [
  stepMaker(simpleImputer),
  stepMaker(knnImputer),
  stepMaker(iterativeImputer),
  stepMaker(missingIndicator),
  stepMaker(outlierCapper),
  stepMaker(standardScaler),
  stepMaker(minMaxScaler),
  stepMaker(robustScaler),
  stepMaker(quantileTransformer),
  stepMaker(logTransformer),
  stepMaker(powerTransformer),
  stepMaker(oneHotEncoder),
  stepMaker(ordinalEncoder),
  stepMaker(targetEncoder),
  stepMaker(hashingEncoder),
  stepMaker(pca),
  stepMaker(columnSelector),
  stepMaker(varianceThreshold),
  stepMaker(correlationFilter),
  stepMaker(mutualInformation),
  stepMaker(outlierFlags),
  stepMaker(isolationForest),
];

const byKind = new Map(transformers.map((maker) => [maker.kind, maker]));

/** The transformer of that kind. Throws PREPROCESSING_UNKNOWN_TRANSFORMER. */
export function transformerNamed(use: string): StepMaker {
  const maker = byKind.get(use);
  if (maker !== undefined) return maker;
  const known = transformers.map(({ kind }) => kind).join(', ');
  throw preprocessingErrors.PREPROCESSING_UNKNOWN_TRANSFORMER({ use, known });
}

export { computeFeatures } from './compute-features';
export type { ComputeOptions } from './compute-features';
export {
  FEATURE_FIELDS,
  MOST_FEATURES,
  differingFeatureFields,
  editFeatureSet,
  featureDefinitionSchema,
  isBuiltInFeature,
  isSameFeatureSet,
  readFeatureSet,
} from './edit-feature-set';
export type { FeatureEdit, FeatureField } from './edit-feature-set';
export { planFeatures } from './plan-features';
export type { FeaturePlan, FeatureStep } from './plan-features';
export { featuresErrors } from './errors';
export type { DayWindow, FeatureDefinition, FeatureFormula, Measure } from './feature-definition';
export { featureFormulaSchema } from './feature-definition.schema';
export { FEATURE_SET_VERSION, featureSet, pickFeatures } from './feature-set';
export { featureChangeStatement } from './feature-change-statement';
export type { FeatureChangeRequest } from './feature-change-statement';
export { featureStatement } from './feature-statement';
export type { FeaturePopulation, FeatureRequest, FeatureStatement } from './feature-statement';
export { doersStatement, extentStatement } from './label-statements';
export type { LabelRequest } from './label-statements';
export { SEGMENT_ORDERS, checkOrderMapping } from './order-mapping';
export type { OrderMapping } from './order-mapping';
export { readOrders } from './read-orders';
export type { HistoryEvent, Order } from './read-orders';

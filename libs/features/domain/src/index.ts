export { computeFeatures, computeTexts } from './compute-features';
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
export { eventsRead, eventsWithProperties, partsOf } from './events-read';
export type { EventsRead } from './events-read';
export { formulaIssue } from './formula-issue';
export type { FormulaIssue } from './formula-issue';
export { LINEAGE_KINDS, lineageAround, lineageOf } from './lineage';
export type { LineageEdge, LineageGraph, LineageKind, LineageNode, LineageParts, LineageUse } from './lineage';
export { planFeatures } from './plan-features';
export type { FeaturePlan, FeatureStep } from './plan-features';
export { featuresErrors } from './errors';
export type {
  AffinityFormula,
  DayWindow,
  FeatureDefinition,
  FeatureFormula,
  FeaturePart,
  Measure,
  ScoreFormula,
} from './feature-definition';
export type { AggregateName, EventCondition, EventFormula, EventSelection } from './events/event-formula';
export type { FeatureWindow } from './events/feature-window';
export type { FeatureRowPoint } from './feature-frame';
export { figuresOf, populationFormulas, populationKey } from './population-figures';
export type { PopulationFigures, PopulationFormula } from './population-figures';
export { featureFormulaSchema } from './feature-definition.schema';
export { FEATURE_SET_VERSION, featureSet, pickFeatures } from './feature-set';
export {
  STATISTIC_LEVELS,
  featureStatisticsSchema,
  numberStatistics,
  statisticsDrift,
  textStatistics,
} from './feature-statistics';
export type { FeatureStatistics, NumberStatistics } from './feature-statistics';
export { readTexts } from './texts/read-texts';
export type { TextReader, TextSummary } from './texts/read-texts';
export { textEventsStatement } from './texts/text-events-statement';
export type { TextEventsRequest } from './texts/text-events-statement';
export { isTextsFeature } from './texts/texts-formula';
export type { TextMeasure, TextsDefinition, TextsFormula } from './texts/texts-formula';
export { featureChangeStatement } from './feature-change-statement';
export type { FeatureChangeRequest } from './feature-change-statement';
export {
  featureStatement,
  featurePopulation,
  isTextFeature,
  pointFeatureStatement,
  textFeatureStatement,
} from './feature-statement';
export type { FeaturePopulation, FeatureRequest, FeatureStatement } from './feature-statement';
export { doersStatement, extentStatement } from './label-statements';
export type { LabelRequest } from './label-statements';
export { SEGMENT_ORDERS, checkOrderMapping } from './order-mapping';
export type { OrderMapping } from './order-mapping';
export { readOrders } from './read-orders';
export type { HistoryEvent, Order } from './read-orders';
export { RFM_FIXED, RFM_QUINTILES, TRAIT_GROUPS, TRAIT_LIBRARY } from './trait-library';
export type { LibraryTrait, TraitGroup } from './trait-library';

export type { MatchInput } from './carried-from';
export type { DatasetPort, FeatureMatrix } from './dataset.port';
export { explainScore } from './explain-score.flow';
export type {
  ClusterStanding,
  ExplainScorePorts,
  OtherCluster,
  ReasonUnit,
  ScoreExplanation,
  ScoreReason,
  ScoreToExplain,
} from './explain-score.flow';
export { fitClusters } from './fit-clusters.flow';
export type { ClusterFit, ClusterFitInput, ClusterFitSettings, FitClustersPorts } from './fit-clusters.flow';
export { fitPropensity, temporalCuts } from './fit-propensity.flow';
export type { FitPropensityPorts, LabelledMatrix, PropensityFit, PropensityFitInput } from './fit-propensity.flow';
export { goldenPeople } from './golden-people';
export { ParsedModels } from './parsed-models';
export type { ParsedModel } from './parsed-models';
export { requireModelFile } from './require-model-file';
export { scoreModel } from './score-model.flow';
export type { PeopleScored, PeopleToScore, ScoreModelPorts } from './score-model.flow';
export { watchModel } from './watch-model.flow';
export type { WatchLook, WatchModelPorts } from './watch-model.flow';

export { checkCrossValidation, crossValidatePropensity } from './propensity/cross-validate-propensity';
export type {
  CrossValidation,
  CrossValidationMetrics,
  CrossValidationSettings,
} from './propensity/cross-validate-propensity';
export { explainPropensity, modelContributions } from './propensity/explain-propensity';
export type { PropensityExplanation } from './propensity/explain-propensity';
export { fitPropensity } from './propensity/fit-propensity';
export type {
  FittedPropensity,
  LabelledPeople,
  PropensityInput,
  PropensitySettings,
} from './propensity/fit-propensity';
export { gradeOf, judgeData, judgeModel } from './propensity/judge-model';
export type { DataCounts, Judgement, ModelEvidence } from './propensity/judge-model';
export { peopleTable } from './propensity/people-table';
export type { PeopleMatrix } from './propensity/people-table';
export { parsePropensity, serialisePropensity } from './propensity/propensity-artifact';
export type { PropensityArtifact, PropensityModel } from './propensity/propensity-artifact';
export { propensityModelErrors } from './propensity/propensity-errors';
export { propensityTable } from './propensity/propensity-table';
export type { CsvTable, PropensityTableParams, PropensityTableResult } from './propensity/propensity-table';
export { gbdtDefaults } from './propensity/propensity.params';
export type { PropensityModelKind } from './propensity/propensity.params';
export { scorePeople, scorePropensity } from './propensity/score-propensity';
export type { PropensityScores } from './propensity/score-propensity';
export type { LabelledTable, PropensityContext } from './propensity/train-model';
export { algorithmAccounts } from '@kohort/ml-algorithms';
export type { AlgorithmAccount } from '@kohort/ml-algorithms';
export { checkClusterAlgorithm } from './clusters/check-cluster-algorithm';
export { clusterErrors } from './clusters/cluster-errors';
export { runClusterCommand } from './clusters/cluster-file';
export type { ClusterCommandParams, ClusterCommandResult } from './clusters/cluster-file';
export type { ClusterCsvTable } from './clusters/csv-features';
export {
  assignClusters,
  clusterCentres,
  clusterModelFromJson,
  clusterModelToJson,
  parseClusterModel,
  serialiseClusterModel,
} from './clusters/cluster-model';
export type { ClusterAssignment, ClusterModel } from './clusters/cluster-model';
export { codeOf, inWordsOf, readWord } from './clusters/category-words';
export { tellableWords } from './clusters/tellable-words';
export type { CategoryWords } from './clusters/category-words';
export { chooseTableK, clusterTable } from './clusters/cluster-table';
export { kChoiceFromJson, kChoiceToJson, kScoreToJson, kScoresFromJson } from './clusters/k-choice-json';
export { knownRows } from './clusters/known-rows';
export type { KnownById, KnownOfRows, RowLinks } from './clusters/known-rows';
export { clusteringCard } from './clusters/clustering-card';
export type { KChoice, KScore } from '@kohort/ml-clustering';
export type { KWish } from './clusters/choose-clusters';
export type {
  ClusterControl,
  ClusterMetrics,
  ClusterTableInput,
  ClusterTableParams,
  ClusterTableResult,
} from './clusters/cluster-table';
export { explainCluster } from './clusters/explain-cluster';
export type { ClusterExplanation } from './clusters/explain-cluster';
export { explainPlacement } from './clusters/explain-placement';
export type { PlacementExplanation } from './clusters/explain-placement';
export { tellByRules } from './surrogate/tell-by-rules';
export type { ToldByRules } from './surrogate/tell-by-rules';
export type { ModelRules } from './surrogate/model-rules';
export type { FeatureChange, WayToCluster } from './surrogate/ways-to-clusters';
export { featureLabel, roleOf } from './clusters/feature-roles';
export type { FeatureRole } from './clusters/feature-roles';
export { DEFAULT_PLAYBOOK, playbookSchema } from './clusters/playbook';
export type { PlaybookRule } from './clusters/playbook';
export { clusterProfileSheets } from './clusters/profile-sheets';
export type { ProfileSheetInput } from './clusters/profile-sheets';
export { REST_GROUP, clusterComposition } from './composition/cluster-composition';
export type { ClusterComposition, CompositionCell, LabelledCount } from './composition/cluster-composition';
export { carryIdentity } from './identity/carry-identity';
export { scoredCard } from './identity/scored-card';
export type { CarriedFrom } from './identity/carry-identity';
export { matchVersions } from './identity/match-versions';
export type { FittedVersion } from './identity/match-versions';
export type { ClusterMatch } from '@kohort/ml-matching';
export { projectionPage } from './projections/projection-page';
export type { ProjectionPageContent } from './projections/projection-page';
export { runProjectCommand } from './projections/project-file';
export type { ProjectCommandParams, ProjectCommandResult } from './projections/project-file';
export { clusterStories } from './sheets/cluster-stories';
export type { ClusterStories, ClusterStory, Exemplar, StoryInput } from './sheets/cluster-stories';
export type { FeatureHistogram } from './sheets/feature-histogram';
export { sheetPage } from './sheets/sheet-page';
export type { SheetPageContent } from './sheets/sheet-page';
export { modelDrift } from './watch/model-drift';
export type { WatchInput } from './watch/model-drift';
export { WATCH_LIMITS } from './watch/watch-limits';
export { pathInWords, ruleOfCluster } from './surrogate/rule-of-cluster';
export { surrogateTree } from './surrogate/surrogate-tree';
export type { ClusterRules, RuleFidelity, Surrogate, SurrogateInput } from './surrogate/surrogate-tree';
export { compareClusterings, compareDefaults } from './comparison/compare-clusterings';
export type {
  Candidate,
  CompareControl,
  CompareInput,
  CompareParams,
  Comparison,
  TruthScores,
} from './comparison/compare-clusterings';
export { runCompareCommand } from './comparison/compare-file';
export type { CompareCommandParams, CompareCommandResult } from './comparison/compare-file';
export { comparisonPage } from './comparison/comparison-page';
export type { ComparisonPageContent } from './comparison/comparison-page';
export type { RecommendedClustering } from './comparison/recommend-clustering';
export { runSheetCommand } from './sheets/sheet-file';
export type { SheetCommandParams, SheetCommandResult } from './sheets/sheet-file';

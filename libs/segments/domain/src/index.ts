export { segmentsErrors } from './errors';
export { parseRule, RULE_LIMITS } from './rule/parse-rule';
export { requireMeant } from './rule/require-meant';
export { printConditions, printRule } from './text/print-rule';
export { readRuleText } from './text/read-rule-text';
export { ruleSchema } from './rule/rule.schema';
export { SENTIMENTS, textTraitValueSchema } from './rule/text-trait';
export type { TextTraitValue } from './rule/text-trait';
export { LANGUAGE_VERSION, migrateRule } from './rule/migrate-rule';
export { unknownNames } from './advice/unknown-names';
export type { IdleNames, KnownNames, RuleWarning } from './advice/unknown-names';
export { doubtfulConditions } from './advice/doubtful-conditions';
export { idleConditions } from './advice/idle-conditions';
export type { SeenEvent, SeenRecords, SeenValues, ValueKind } from './advice/seen-values';
export { namesUsed } from './advice/names-used';
export type { NameKind, UsedName } from './advice/names-used';
export { estimateCost } from './advice/estimate-cost';
export type { RuleCost, Volumes } from './advice/estimate-cost';
export { hashJson } from './rule/rule-hash';
export { parsePropertyPath, readPath } from './rule/property-path';
export type { PathStep } from './rule/property-path';
export type { Entity, ParsedNode, ParsedRule } from './rule/parsed-rule';
export { compileRules } from './evaluate/compile-rules';
export type {
  CompiledNode,
  CompiledRule,
  CompiledRules,
  CompileOptions,
  RuleToCompile,
} from './evaluate/compile-rules';
export { evaluateRule, evaluateRules } from './evaluate/evaluate-rules';
export type { ProvenOutcome, RuleOutcome } from './evaluate/evaluate-rules';
export { makeHistory } from './evaluate/history';
export { addCrowds, countCrowd } from './evaluate/leaves/relation-leaf';
export type { CrowdQuestion } from './evaluate/leaves/relation-leaf';
export type {
  ClusterAssignment,
  CrowdTally,
  History,
  HistoryEvent,
  HistoryInit,
  PredictionScore,
  Related,
  TraitValue,
} from './evaluate/history';
export { proofToJson } from './evaluate/proof';
export type { Proof, ProofFlip, ProofNode } from './evaluate/proof';
export type { ShownWindow } from './evaluate/time-window';
export { bucketOf } from './evaluate/leaves/constant-leaves';
export { compileRulesToSql, compileToSql } from './sql/compile-to-sql';
export type { CompiledSql, SqlOptions } from './sql/compile-to-sql';
export { compileFill, peopleSlices } from './sql/compile-fill';
export type { CompiledFill, PeopleSlice, RuleToFill } from './sql/compile-fill';
export { compileStanding } from './sql/compile-standing';
export type { CompiledStanding } from './sql/compile-standing';
export { compilePreview } from './sql/compile-preview';
export type { CompiledPreview, PreviewCondition, PreviewOptions } from './sql/compile-preview';
export type { SqlValue } from './sql/sql-params';
export { evaluateRuleFile } from './file/evaluate-rule-file';
export type { RuleFileInput, RuleFileLine } from './file/evaluate-rule-file';
export { parseMessageLine, readMessage } from './file/message';
export type { FileMessage, MessageLine } from './file/message';
export { parseFixture } from './fixtures/parse-fixture';
export type { FixtureCase, FixtureExpectation, FixtureFile, FixtureFileCase, FixtureRule } from './fixtures/fixture';
export { parseSegmentFile, segmentDefinition } from './definition/segment-file';
export type { SegmentDefinition, SegmentFile } from './definition/segment-file';
export { segmentFileForEditors, segmentFileSchema } from './definition/segment-file.schema';
export { newSegmentFile, updatedSegmentFile } from './definition/write-segment-file';
export { differingFields, PLAN_FIELDS, planSegments, progressOf } from './definition/plan-segments';
export type { PlanField, SegmentPlan, SegmentStep, StandingSegments, StepProgress } from './definition/plan-segments';
export { PlacedText } from './yaml/placed-text';
export type { TextPath } from './yaml/placed-text';
export { shapeProblem } from './yaml/rule-in-text';
export { runFixtures } from './fixtures/run-fixtures';
export type {
  DecidingCondition,
  FixtureCaseOutcome,
  FixtureFailure,
  FixtureOutcome,
  FixtureReason,
} from './fixtures/run-fixtures';
export { coveragePercent, goalsOf, mergeCoverage } from './fixtures/leaf-coverage';
export type { LeafCoverage, RuleCoverage } from './fixtures/leaf-coverage';
export { compareCodePoints } from './values/code-points';
export { formatInstant, parseInstant } from './time/instant';
export { recordsNeeded, isBatchOnly, segmentsNamed, usesModels, usesRelations } from './evaluate/records-needed';
export type { NeededOfAccounts, NeededRecords } from './evaluate/records-needed';

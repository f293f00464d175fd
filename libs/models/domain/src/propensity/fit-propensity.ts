import type { ModelGrade, PropensityCard } from '@kohort/kernel-contracts';
import { meanAbsoluteContributions } from '@kohort/ml-explain';
import { logLoss } from '@kohort/ml-metrics';
import type { GbdtParams } from '@kohort/ml-propensity';
import { takeRows, type FeatureTable } from '@kohort/ml-preprocessing';
import { chooseCandidate } from './choose-candidate';
import { evaluateCandidate, type Candidate } from './evaluate-candidate';
import { modelContributions } from './explain-propensity';
import { judgeData, judgeModel, type Judgement } from './judge-model';
import { peopleTable, type PeopleMatrix } from './people-table';
import { serialisePropensity, type PropensityArtifact } from './propensity-artifact';
import { propensityModelErrors } from './propensity-errors';
import { scorePropensity } from './score-propensity';
import type { LabelledTable, PropensityContext } from './train-model';

/** A matrix with what came after it: 1 for those who did the event within the horizon. */
export interface LabelledPeople extends PeopleMatrix {
  readonly labels: Uint8Array;
}

/** What is learned from, judged by and scored. All three matrices have the same features. */
export interface PropensityInput {
  readonly train: LabelledPeople;
  /** Its features are cut where the labels of `train` end, so everything judged is later than what was learned. */
  readonly test: LabelledPeople;
  readonly now: PeopleMatrix;
  readonly event: string;
  readonly horizonDays: number;
  /** Epoch milliseconds. */
  readonly trainCut: number;
  readonly testCut: number;
  readonly seed: number;
}

/** Changes to the defaults. */
export interface PropensitySettings {
  readonly gbdt?: Partial<GbdtParams>;
}

/** The outcome of a fit, ready to be stored. */
export interface FittedPropensity {
  readonly status: Judgement['status'];
  readonly grade: ModelGrade | null;
  readonly card: PropensityCard;
  /** JSON for parsePropensity; the text "null" where nothing was fitted. */
  readonly artifact: string;
  /** Calibrated, 0..1, in the row order of `now`; empty unless the status is ready. */
  readonly probabilities: Float64Array;
  /** 0..100: share of people with a lower or equal probability; empty unless the status is ready. */
  readonly percentiles: Float64Array;
}

/** Rows on which the mean contribution of each feature is measured. */
const IMPORTANCE_ROWS = 1_000;

const sum = (labels: Uint8Array): number => labels.reduce((total, label) => total + label, 0);

/**
 * Fits boosted trees and a logistic baseline side by side, judges both on later data, and scores everybody with the one
 * that is taken if it may be used.
 *
 * Shape   train and test: rows × features with labels; now: rows × features, the same features in the same order
 * Cost    four fits of each kind on the training rows
 * Throws  PROPENSITY_MATRICES_DIFFER; whatever the fits throw
 */
export async function fitPropensity(
  input: PropensityInput,
  settings: PropensitySettings,
  context: PropensityContext,
): Promise<FittedPropensity> {
  checkFeatures(input);
  const train: LabelledTable = { table: peopleTable(input.train), labels: Uint8Array.from(input.train.labels) };
  const test: LabelledTable = { table: peopleTable(input.test), labels: Uint8Array.from(input.test.labels) };
  const empty = emptyCard(input);
  const lacking = judgeData({
    trainRows: train.labels.length,
    trainPositives: sum(train.labels),
    testRows: test.labels.length,
    testPositives: sum(test.labels),
  });
  if (lacking.length > 0) return notScored('insufficient_data', { ...empty, reasons: lacking }, 'null');

  const engine = await context.gbdt?.available();
  const candidate = { seed: input.seed, gbdt: settings.gbdt };
  const logistic = await evaluateCandidate({ train, test }, { ...candidate, kind: 'logistic' }, context);
  const gbdt = engine?.available
    ? await evaluateCandidate({ train, test }, { ...candidate, kind: 'gbdt' }, context)
    : undefined;
  const choice = chooseCandidate(test.labels, logistic, gbdt);
  const chosen = choice.kind === 'gbdt' && gbdt !== undefined ? gbdt : logistic;
  const artifact: PropensityArtifact = {
    schema: 1,
    kind: 'propensity',
    features: input.train.features,
    model: chosen.model,
    calibration: chosen.calibration,
  };
  const importance = importanceOf(artifact, test.table);
  const judgement = judgeModel({
    auc: chosen.auc.auc,
    aucLow: chosen.auc.low,
    logLoss: chosen.logLoss,
    baseLogLoss: baseLogLoss(train.labels, test.labels),
    expectedCalibrationError: chosen.calibrationTable.expectedError,
    strongestFeature: importance[0]?.feature ?? null,
  });
  const card: PropensityCard = {
    ...empty,
    candidates: [
      candidateOf('logistic', logistic, chosen),
      ...(gbdt === undefined ? [] : [candidateOf('gbdt', gbdt, chosen)]),
    ],
    calibration: chosen.calibrationTable.bins.map((bin) => ({
      meanPredicted: bin.meanProbability,
      observed: bin.observedRate,
      count: bin.rows,
    })),
    importance,
    reasons: [...judgement.reasons, choice.why],
    warnings: [...judgement.warnings, ...fitWarnings(chosen, engine?.reason)],
  };
  const text = serialisePropensity(artifact);
  if (judgement.status !== 'ready') return notScored(judgement.status, card, text);
  const { probabilities, percentiles } = scorePropensity(artifact, peopleTable(input.now));
  return { status: 'ready', grade: judgement.grade, card, artifact: text, probabilities, percentiles };
}

function checkFeatures({ train, test, now }: PropensityInput): void {
  const expected = train.features.join(', ');
  for (const [what, matrix] of [
    ['features of the later rows', test],
    ['features of the people to score', now],
  ] as const) {
    const found = matrix.features.join(', ');
    if (found !== expected) throw propensityModelErrors.PROPENSITY_MATRICES_DIFFER({ what, found, expected });
  }
  for (const [what, { features, data, labels }] of [
    ['labels to learn from', train],
    ['labels to judge by', test],
  ] as const) {
    const rows = data.length / features.length;
    if (labels.length !== rows) {
      throw propensityModelErrors.PROPENSITY_MATRICES_DIFFER({ what, found: labels.length, expected: rows });
    }
  }
}

function emptyCard({ train, test, event, horizonDays, trainCut, testCut, seed }: PropensityInput): PropensityCard {
  return {
    kind: 'propensity',
    event,
    horizonDays,
    trainCut,
    testCut,
    trainRows: train.labels.length,
    testRows: test.labels.length,
    baseRate: test.labels.length === 0 ? 0 : sum(test.labels) / test.labels.length,
    features: [...train.features],
    candidates: [],
    calibration: [],
    importance: [],
    reasons: [],
    warnings: [],
    seed,
  };
}

function notScored(status: Judgement['status'], card: PropensityCard, artifact: string): FittedPropensity {
  const none = new Float64Array(0);
  return { status, grade: null, card, artifact, probabilities: none, percentiles: none };
}

function candidateOf(
  name: 'gbdt' | 'logistic',
  candidate: Candidate,
  chosen: Candidate,
): PropensityCard['candidates'][number] {
  return {
    name,
    chosen: candidate === chosen,
    auc: candidate.auc.auc,
    aucLow: candidate.auc.low,
    aucHigh: candidate.auc.high,
    logLoss: candidate.logLoss,
    brier: candidate.brier,
    liftTopDecile: candidate.liftTopDecile,
  };
}

function importanceOf({ model, features }: PropensityArtifact, table: FeatureTable): PropensityCard['importance'] {
  const stride = Math.max(1, Math.floor(table.rows / IMPORTANCE_ROWS));
  const rows = Array.from({ length: Math.min(table.rows, IMPORTANCE_ROWS) }, (_, i) => i * stride);
  const means = meanAbsoluteContributions(modelContributions(model, takeRows(table, rows)));
  return features.map((feature, i) => ({ feature, value: means[i] as number })).sort((a, b) => b.value - a.value);
}

function baseLogLoss(trainLabels: Uint8Array, testLabels: Uint8Array): number {
  const rate = sum(trainLabels) / trainLabels.length;
  return logLoss(testLabels, new Float64Array(testLabels.length).fill(rate));
}

function fitWarnings({ model }: Candidate, engineReason: string | undefined): string[] {
  const warnings: string[] = [];
  if (engineReason !== undefined) warnings.push(`boosted trees were not tried: ${engineReason}`);
  if (model.kind === 'logistic' && !model.logistic.converged) {
    warnings.push(`the logistic regression had not converged after ${model.logistic.iterations} steps`);
  }
  return warnings;
}

import type { ModelGrade } from '@kohort/kernel-contracts';
import { CALIBRATION_WARNING, GRADES, LEAKAGE_AUC, MINIMUM_DATA } from './propensity.params';

/** How many rows of each outcome there are to learn from and to judge by. */
export interface DataCounts {
  readonly trainRows: number;
  readonly trainPositives: number;
  readonly testRows: number;
  readonly testPositives: number;
}

/** How the chosen model did on later data. */
export interface ModelEvidence {
  readonly auc: number;
  readonly aucLow: number;
  readonly logLoss: number;
  /** Log loss of giving everybody the rate of the training rows. */
  readonly baseLogLoss: number;
  readonly expectedCalibrationError: number;
  /** The feature with the largest mean contribution, if any adds something. */
  readonly strongestFeature: string | null;
}

export interface Judgement {
  readonly status: 'ready' | 'refused' | 'insufficient_data';
  readonly grade: ModelGrade | null;
  /** Why it is refused; empty when ready. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
}

const figure = (value: number): string => value.toFixed(3);

/** Whether there is enough to fit at all: reasons against it, none if there is. */
export function judgeData({ trainRows, trainPositives, testRows, testPositives }: DataCounts): string[] {
  const reasons: string[] = [];
  if (trainRows < MINIMUM_DATA.trainRows) {
    reasons.push(`too few people to learn from: ${trainRows}, needed ${MINIMUM_DATA.trainRows}`);
  }
  const need = (what: string, found: number, needed: number): void => {
    if (found === 0) reasons.push(`only one outcome: no ${what}`);
    else if (found < needed) reasons.push(`too few ${what}: ${found}, needed ${needed}`);
  };
  need('people with the outcome to learn from', trainPositives, MINIMUM_DATA.trainOfEachClass);
  need('people without the outcome to learn from', trainRows - trainPositives, MINIMUM_DATA.trainOfEachClass);
  need('people with the outcome to judge by', testPositives, MINIMUM_DATA.testOfEachClass);
  need('people without the outcome to judge by', testRows - testPositives, MINIMUM_DATA.testOfEachClass);
  return reasons;
}

/** Grade by AUC on later data. */
export function gradeOf(auc: number): ModelGrade {
  if (auc >= GRADES.excellent) return 'excellent';
  if (auc >= GRADES.good) return 'good';
  return auc >= GRADES.fair ? 'fair' : 'poor';
}

/**
 * Decides whether a fitted model may be used. A model is refused when it is not better than chance beyond noise, when its
 * probabilities tell less than the base rate, or when it is too good to be true.
 */
export function judgeModel(evidence: ModelEvidence): Judgement {
  const { auc, aucLow, logLoss, baseLogLoss, expectedCalibrationError, strongestFeature } = evidence;
  const reasons: string[] = [];
  if (aucLow <= 0.5) {
    const verdict = auc < 0.5 ? 'worse than chance' : 'not better than chance beyond noise';
    reasons.push(`${verdict} on later data: AUC ${figure(auc)}, 95 % interval from ${figure(aucLow)}`);
  }
  if (auc > LEAKAGE_AUC) {
    const suspect = strongestFeature === null ? '' : `; look at "${strongestFeature}" first`;
    reasons.push(
      `too good to be true: AUC ${figure(auc)} on later data, a feature probably holds the answer${suspect}`,
    );
  }
  if (logLoss >= baseLogLoss) {
    reasons.push(
      `its probabilities tell less than the base rate: log loss ${figure(logLoss)} against ${figure(baseLogLoss)}`,
    );
  }
  const warnings: string[] = [];
  if (expectedCalibrationError > CALIBRATION_WARNING) {
    warnings.push(`probabilities are off by ${figure(expectedCalibrationError)} on average on later data`);
  }
  if (reasons.length > 0) return { status: 'refused', grade: null, reasons, warnings };
  return { status: 'ready', grade: gradeOf(auc), reasons, warnings };
}

export { parseCalibration } from './calibration/calibration.state';
export type {
  Calibration,
  CalibrationKind,
  IsotonicCalibration,
  PlattCalibration,
} from './calibration/calibration.state';
export { calibrate, chooseCalibration, fitCalibration } from './calibration/choose-calibration';
export type { ChosenCalibration } from './calibration/choose-calibration';
export { fitIsotonic, isotonicRate } from './calibration/isotonic';
export { fitPlatt } from './calibration/platt';
export { fitLogistic, logisticMargins, logisticRegression, predictLogistic } from './logistic/logistic';
export type { LabelledMatrix, LogisticTraining } from './logistic/logistic';
export { logisticDefaults, logisticLimits, MAX_LOGISTIC_COLUMNS } from './logistic/logistic.params';
export type { LogisticParams } from './logistic/logistic.params';
export { parseLogistic } from './logistic/logistic.state';
export type { FittedLogistic } from './logistic/logistic.state';
export { propensityErrors } from './propensity-errors';
export { fitSoftmax, predictSoftmax, softmaxRegression, softmaxShares } from './softmax/softmax';
export type { ClassedRows } from './softmax/softmax';
export { softmaxDefaults, softmaxLimits } from './softmax/softmax.params';
export type { SoftmaxParams } from './softmax/softmax.params';
export { softmaxFromJson, softmaxToJson } from './softmax/softmax.state';
export type { FittedSoftmax } from './softmax/softmax.state';
export type { EngineAvailability, GbdtEngine, GbdtParams, GbdtRequest } from './trees/gbdt-engine.port';
export { parseTreeEnsemble, treeMargins } from './trees/tree-ensemble';
export type { Tree, TreeEnsemble, TreeRows } from './trees/tree-ensemble';

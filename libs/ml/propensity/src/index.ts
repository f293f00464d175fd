export { fitLogistic, logisticMargins, predictLogistic } from './logistic/logistic';
export type { LabelledMatrix } from './logistic/logistic';
export { logisticBenchCases, logisticBenchInput, runLogisticBench } from './logistic/logistic.bench';
export type { LogisticBenchCase } from './logistic/logistic.bench';
export { checkLogisticParams, logisticDefaults, logisticLimits, MAX_LOGISTIC_COLUMNS } from './logistic/logistic.params';
export type { LogisticParams } from './logistic/logistic.params';
export { parseLogistic } from './logistic/logistic.state';
export type { FittedLogistic } from './logistic/logistic.state';
export { propensityErrors } from './propensity-errors';

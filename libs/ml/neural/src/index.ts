export { checkBatch, checkGradients, checkInput } from './check-batch';
export { dropoutMask } from './dropout-mask';
export { kernelBackend } from './kernel-backend';
export { drawChance } from './layer-chance';
export type { LayerChance } from './layer-chance';
export { LOSSES, lossOf } from './loss';
export type { Loss, LossInput } from './loss';
export { checkNetwork, startWeights, widthOn } from './network';
export type { DenseLayer, LayerWeights, NetworkShape, NetworkWeights } from './network';
export type {
  AnswerCost,
  NeuralBackend,
  NeuralBatch,
  NeuralPlan,
  NeuralSession,
  Optimiser,
} from './neural-backend.port';
export { trainNetwork } from './train-network';
export type { TrainingHistory, TrainingPlan, TrainingRows } from './train-network';

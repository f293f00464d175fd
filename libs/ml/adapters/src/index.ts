export { loadTensorflow, tensorflowAvailable } from './tensorflow.adapter';
export type { LoadedTensorflow, Tensorflow, TensorflowBackend } from './tensorflow.adapter';
export { tensorflowBackend } from './tensorflow-neural.adapter';
export { xgboostErrors } from './xgboost-errors';
export { parseXgboostModel } from './xgboost-model';
export { xgboostEngine } from './xgboost.adapter';
export { MAX_XGBOOST_CELLS, xgboostLimits } from './xgboost.params';
export { umapEngine } from './umap.adapter';
export { sentenceEmbedder, sentenceEmbedderAvailable } from './sentence-embedder.adapter';

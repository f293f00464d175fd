import { defineErrors } from '@kohort/kernel-errors';

/** What the ml-xgboost adapter refuses or reports. */
export const xgboostErrors = defineErrors({
  XGBOOST_NOT_AVAILABLE: { kind: 'configuration', message: (d) => `ml-xgboost cannot be loaded: ${d['reason']}` },
  XGBOOST_BAD_PARAMETER: {
    kind: 'invalid-input',
    message: (d) => `parameter ${d['parameter']} is ${d['value']}, allowed: ${d['allowed']}`,
  },
  XGBOOST_SHAPE: { kind: 'bug', message: (d) => `${d['what']} has length ${d['found']}, expected ${d['expected']}` },
  XGBOOST_BAD_BIN: {
    kind: 'bug',
    message: (d) => `row ${d['row']}, column ${d['column']} holds bin ${d['bin']}; bins are 0..254, -1 is missing`,
  },
  XGBOOST_ONE_CLASS: {
    kind: 'unsuitable-data',
    message: (d) => `both outcomes are needed, there are ${d['positives']} positives among ${d['rows']} rows`,
  },
  XGBOOST_TOO_LARGE: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['rows']} rows × ${d['columns']} columns are more than the engine's memory holds (${d['allowed']} cells)`,
  },
  XGBOOST_ENGINE_FAILED: { kind: 'bug', message: (d) => `ml-xgboost failed while ${d['doing']}: ${d['reason']}` },
  XGBOOST_CANCELLED: { kind: 'cancelled', message: () => 'growing trees was cancelled' },
  XGBOOST_MODEL_UNREADABLE: { kind: 'bug', message: (d) => `the engine's model cannot be read: ${d['reason']}` },
});

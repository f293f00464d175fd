export { engineSettings } from './engine-settings';
export { booleanText, configErrors, defineConfig, integerText, required } from './define-config';
export type { Config, ConfigOf, Setting } from './define-config';
export { importSettings } from './import-settings';
export { workerSettings } from './worker-settings';
export type { WorkerConfig } from './worker-settings';
export { dedupeSettings } from './dedupe-settings';
export { quarantineSettings } from './quarantine-settings';

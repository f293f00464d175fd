export { engineSettings } from './engine-settings';
export { booleanText, configErrors, defineConfig, integerText } from './define-config';
export type { Config, ConfigOf, Setting } from './define-config';

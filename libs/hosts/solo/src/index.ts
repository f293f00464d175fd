export { FIRST_SOURCE, ensureHome, ensureWorkspace } from './first-workspace';
export { readHome, soloErrors, writeHome } from './home';
export type { SoloHome } from './home';

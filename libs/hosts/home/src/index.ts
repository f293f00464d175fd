export { newHome, readHome, soloErrors, writeHome } from './home';
export type { SoloHome } from './home';

export { ARCHETYPES } from './archetypes';
export type { Archetype } from './archetypes';
export { catalogue } from './catalogue';
export type { Product } from './catalogue';
export { retailWorld } from './retail-world';
export type { CustomerTruth, RetailWorld, RetailWorldOptions } from './retail-world';
export type { WorldMessage } from './world-message';

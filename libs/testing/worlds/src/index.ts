export { ARCHETYPES } from './archetypes';
export type { Archetype } from './archetypes';
export { catalogue } from './catalogue';
export type { Product } from './catalogue';
export { PEOPLE_COLUMNS, peopleWorld } from './people/people-world';
export type { PeopleWorld, PeopleWorldOptions } from './people/people-world';
export { retailWorld } from './retail-world';
export type { CustomerTruth, RetailWorld, RetailWorldOptions } from './retail-world';
export type { WorldMessage } from './world-message';

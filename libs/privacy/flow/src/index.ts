export { consentOf, definePurpose, knownPurpose, purposesOf, recordConsent, setPurpose } from './consent.flow';
export type { ConsentEntry } from './consent.flow';
export type { PrivacyPorts } from './privacy-ports';
export { areSuppressed, suppressPeople, unsuppressPeople } from './suppression.flow';
export type { SuppressionOrder } from './suppression.flow';

export { BACKOFF, backoffMs } from './backoff';
export type { BackoffPolicy } from './backoff';
export { downstreamCalls } from './downstream-calls';
export type { ActionCalls, CallLimits } from './downstream-calls';
export { CONSENT_MISSING, EMPTY_FUNNEL, addConsent, addToFunnel, runStatus } from './funnel';
export type { Funnel } from './funnel';
export { GUARD, reasonToHold } from './guard';
export type { GuardPolicy } from './guard';
export {
  PARK_AFTER_MS,
  claim,
  isOwed,
  newMember,
  operationOf,
  raiseDesired,
  recheckConsent,
  recover,
  reopen,
  settle,
} from './member-state';
export type { Chance, Saying } from './member-state';
export { pageSize } from './page-size';

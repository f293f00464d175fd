export { learnPlanFlow } from './plans/learn-plan.flow';
export { planGate } from './plans/plan-gate';
export type { PlanGateDeps } from './plans/plan-gate';
export { replayQuarantine } from './plans/replay-quarantine.flow';
export type { ReplayQuarantineDeps } from './plans/replay-quarantine.flow';
export { profileQualityFlow, weekOf } from './profile-quality.flow';
export type { ProfileQualityPorts } from './profile-quality.flow';
export { watchVolumes } from './anomalies/watch-volumes.flow';
export type { WatchOutcome } from './anomalies/watch-volumes.flow';

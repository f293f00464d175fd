export { pluginContract } from './plugin-contract';
export type { ContractOptions } from './plugin-contract';
export { SAMPLE_TIME, sampleChange } from './sample-changes';
export { faults, scriptedDestination } from './scripted-destination';
export type { Answer, Call, Fault, ScriptedDestination } from './scripted-destination';
export { sampleInput, tryOut } from './try-out';
export type { TryOut } from './try-out';
export { sourceContract } from './source-contract';
export type { SourceContractOptions, SourceWorld } from './source-contract';

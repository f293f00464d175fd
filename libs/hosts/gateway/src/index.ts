export { GatewayModule, HANDLER_CLASSES } from './gateway.module';
export type { ModuleParts } from './gateway.module';
export type { GatewayOptions, RunningGateway } from './gateway-options';
export { ruleCheck } from './rule-check.adapter';
export { startGateway } from './start-gateway';
export { startGatewayProcess } from './start-gateway-process';
export type { GatewayProcessOptions } from './start-gateway-process';
export type { DoorSettings } from './ingest/open-ingest';

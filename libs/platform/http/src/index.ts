export { isPublicAddress } from './address';
export { systemResolve } from './checked-connect';
export type { Resolve } from './checked-connect';
export { createEgressClient } from './egress-client';
export type { EgressClient, EgressOptions } from './egress-client';
export { httpErrors } from './errors';
export { createDialer } from './dialer';
export type { Dialer, DialerOptions } from './dialer';

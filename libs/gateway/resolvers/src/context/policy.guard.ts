import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { accessErrors, requireScope } from '@kohort/access-domain';
import { gatewayErrors } from '../errors/gateway.errors';
import type { GatewayContext } from './gateway-context';
import { policyOf } from './policy';

/** Deny by default: a handler runs when its policy says so, fields and subscriptions included. */
@Injectable()
export class PolicyGuard implements CanActivate {
  /** Throws  ACCESS_KEY_MISSING, ACCESS_SCOPE_MISSING, GATEWAY_POLICY_MISSING */
  canActivate(execution: ExecutionContext): boolean {
    const handler = execution.getHandler();
    const policy = policyOf(handler);
    if (policy === undefined) throw gatewayErrors.GATEWAY_POLICY_MISSING({ handlers: handler.name });
    if (policy === 'public') return true;
    if (execution.getType<GqlContextType>() !== 'graphql') throw accessErrors.ACCESS_KEY_MISSING();
    const { gateway } = GqlExecutionContext.create(execution).getContext<{ gateway: GatewayContext }>();
    if (gateway.caller === null) throw gateway.refusal ?? accessErrors.ACCESS_KEY_MISSING();
    requireScope(gateway.caller.scopes, policy);
    return true;
  }
}

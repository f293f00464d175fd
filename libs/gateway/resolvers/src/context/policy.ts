import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Scope } from '@kohort/access-domain';
import { gatewayErrors } from '../errors/gateway.errors';

/** What a handler asks of its caller: a scope, or nothing (`public`: health and the like). */
export type PolicyName = Scope | 'public';

const POLICY = 'kohort:policy';

/** Names what a resolver, a field or a route asks of its caller. Without it the process does not start. */
export function Policy(policy: PolicyName): CustomDecorator {
  return SetMetadata(POLICY, policy);
}

/** The policy of a handler; undefined when it names none. */
export function policyOf(handler: object): PolicyName | undefined {
  const policy: unknown = Reflect.getMetadata(POLICY, handler);
  return typeof policy === 'string' ? (policy as PolicyName) : undefined;
}

/** Nest writes under such keys what makes a method answer a GraphQL field or a route. */
function isHandler(method: object): boolean {
  const keys: readonly unknown[] = Reflect.getMetadataKeys(method);
  return keys.some((key) => typeof key === 'string' && (key.startsWith('graphql:') || key === 'method'));
}

/** The handlers of these classes that name no policy, as `Class.method`. */
export function handlersWithoutPolicy(
  classes: readonly (abstract new (...args: never[]) => object)[],
): readonly string[] {
  const bare: string[] = [];
  for (const each of classes) {
    const prototype: object = each.prototype;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method: unknown = Reflect.get(prototype, name);
      if (typeof method !== 'function' || name === 'constructor') continue;
      if (isHandler(method) && policyOf(method) === undefined) bare.push(`${each.name}.${name}`);
    }
  }
  return bare;
}

/**
 * Refuses to start when a handler names no policy.
 *
 * Throws  GATEWAY_POLICY_MISSING
 */
export function requirePolicies(classes: readonly (abstract new (...args: never[]) => object)[]): void {
  const bare = handlersWithoutPolicy(classes);
  if (bare.length > 0) throw gatewayErrors.GATEWAY_POLICY_MISSING({ handlers: bare.join(', ') });
}

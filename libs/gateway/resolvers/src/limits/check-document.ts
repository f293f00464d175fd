import { Location, type DocumentNode, type GraphQLSchema } from 'graphql';
import { gatewayErrors } from '../errors/gateway.errors';
import type { GatewayLimits } from './limits';
import { measureDocument } from './measure-document';

/** What a document is held against. */
export interface DocumentRules {
  readonly limits: GatewayLimits;
  readonly introspection: boolean;
}

/**
 * Refuses a document that did not come from the parser: a syntax tree sent as JSON would pass by the token limit.
 *
 * Throws  GATEWAY_DOCUMENT_INVALID
 */
export function requireParsed(document: DocumentNode): void {
  if (!(document.loc instanceof Location)) throw gatewayErrors.GATEWAY_DOCUMENT_INVALID();
}

/**
 * Holds a valid document against the limits, and answers its cost.
 *
 * Throws  GATEWAY_TOO_DEEP, GATEWAY_TOO_MANY_ALIASES, GATEWAY_TOO_MANY_DIRECTIVES, GATEWAY_TOO_COSTLY,
 *         GATEWAY_INTROSPECTION_OFF
 */
export function checkDocument(
  asked: { document: DocumentNode; schema: GraphQLSchema; variables: Readonly<Record<string, unknown>> },
  rules: DocumentRules,
): number {
  const { limits } = rules;
  const measure = measureDocument(asked.document, asked.schema, asked.variables);
  if (measure.introspects && !rules.introspection) throw gatewayErrors.GATEWAY_INTROSPECTION_OFF();
  if (measure.depth > limits.depth) {
    throw gatewayErrors.GATEWAY_TOO_DEEP({ depth: measure.depth, limit: limits.depth });
  }
  if (measure.aliases > limits.aliases) {
    throw gatewayErrors.GATEWAY_TOO_MANY_ALIASES({ aliases: measure.aliases, limit: limits.aliases });
  }
  if (measure.directives > limits.directives) {
    throw gatewayErrors.GATEWAY_TOO_MANY_DIRECTIVES({ directives: measure.directives, limit: limits.directives });
  }
  if (measure.cost > limits.cost) {
    throw gatewayErrors.GATEWAY_TOO_COSTLY({ cost: measure.cost, limit: limits.cost });
  }
  return measure.cost;
}

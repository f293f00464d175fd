import { randomUUID } from 'node:crypto';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { accessErrors, keyOfAuthorization } from '@kohort/access-domain';
import type { Caller, KeyRing } from '@kohort/access-flow';
import {
  checkDocument,
  openContext,
  requireParsed,
  toPublicError,
  type DocumentRules,
  type GatewayContext,
  type GatewayServices,
} from '@kohort/gateway-resolvers';
import type { AppError } from '@kohort/kernel-errors';
import { ERROR_KINDS, isAppError, toAppError } from '@kohort/kernel-errors';

/** What the GraphQL door stands on. */
export interface GraphqlParts {
  readonly services: GatewayServices;
  readonly keys: KeyRing;
  readonly rules: DocumentRules;
  readonly onCost: (cost: number) => void;
}

/** What Mercurius carries through an operation. */
interface Carried {
  readonly gateway?: GatewayContext;
  cost?: number;
}

/** Who presents this key, or why nobody does. */
export async function identify(
  keys: KeyRing,
  text: string | null,
): Promise<{ caller: Caller | null; refusal: AppError | null }> {
  if (text === null) return { caller: null, refusal: null };
  try {
    return { caller: await keys.caller(text), refusal: null };
  } catch (thrown) {
    return { caller: null, refusal: isAppError(thrown) ? thrown : toAppError(thrown, 'looking up a key') };
  }
}

/** Mercurius wraps the errors of validation: what is inside is what is wrong. */
function unwrapped(error: GraphQLError): readonly unknown[] {
  const { originalError } = error;
  if (!originalError || !('errors' in originalError) || !Array.isArray(originalError.errors)) return [error];
  const inner: readonly unknown[] = originalError.errors;
  // Some hold plain errors (a mutation by GET): then the wrapper, which carries the status, says more.
  return inner.every((each) => each instanceof GraphQLError) ? inner : [error];
}

function statusOf(error: GraphQLError): number {
  const { kind } = error.extensions;
  const known = Object.entries(ERROR_KINDS).find(([name]) => name === kind);
  return known ? known[1].http : 400;
}

function formatterOf(parts: GraphqlParts) {
  return (execution: ExecutionResult, context: object) => {
    const { gateway }: Carried = context;
    const setting = { correlationId: gateway?.correlationId ?? randomUUID(), logger: parts.services.logger };
    const errors = (execution.errors ?? []).flatMap(unwrapped).map((error) => toPublicError(error, setting));
    const [first] = errors;
    // An operation that was begun answers 200 with what it has; one that was refused answers by the kind of refusal.
    const statusCode = execution.data !== undefined || !first ? 200 : statusOf(first);
    return { statusCode, response: { data: execution.data ?? null, errors } };
  };
}

/** Asks before anything of the document is looked at: a stranger learns nothing of the schema by its errors. */
function requireCaller(context: object): void {
  const { gateway }: Carried = context;
  if (!gateway?.caller) throw gateway?.refusal ?? accessErrors.ACCESS_KEY_MISSING();
}

async function holdToLimits(
  parts: GraphqlParts,
  asked: { schema: GraphQLSchema; document: DocumentNode; context: object; variables: Record<string, unknown> },
): Promise<void> {
  const cost = checkDocument(asked, parts.rules);
  Object.assign(asked.context, { cost });
  parts.onCost(cost);
}

/** How Mercurius is set up: who may ask, what, and how it is answered. */
export function mercuriusConfig(parts: GraphqlParts): MercuriusDriverConfig {
  return {
    driver: MercuriusDriver,
    autoSchemaFile: true,
    path: '/graphql',
    graphiql: false,
    allowBatchedQueries: false,
    fieldResolverEnhancers: ['guards'],
    graphql: { parseOptions: { maxTokens: parts.rules.limits.tokens }, validateOptions: { maxErrors: 5 } },
    errorFormatter: formatterOf(parts),
    context: async (request: FastifyRequest, _reply: FastifyReply) => {
      const asked = await identify(parts.keys, keyOfAuthorization(request.headers.authorization));
      return { gateway: openContext(parts.services, { ...asked, correlationId: request.id, live: null }) };
    },
    hooks: {
      preParsing: async (_schema, _source, context) => requireCaller(context),
      preValidation: async (_schema, document) => requireParsed(document),
      preExecution: async (schema, document, context, variables) => {
        await holdToLimits(parts, { schema, document, context, variables: variables ?? {} });
      },
      onResolution: async (execution, context: object) => {
        const { cost }: Carried = context;
        if (cost !== undefined) Object.assign(execution, { extensions: { ...execution.extensions, cost } });
      },
    },
  };
}

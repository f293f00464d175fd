import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

function refuse(what: string): never {
  throw new GraphQLError(what, { extensions: { code: 'GATEWAY_VALUE_INVALID' } });
}

/** Text with its zone, so that it names one instant; a calendar day alone does not. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

function parseInstant(value: unknown): number {
  if (typeof value !== 'string' || !INSTANT.test(value)) return refuse('an instant is ISO-8601 text with its zone');
  const epochMs = Date.parse(value);
  return Number.isNaN(epochMs) ? refuse('there is no such instant') : epochMs;
}

/**
 * An instant. Inside: epoch milliseconds. Outside: ISO-8601 text in UTC with milliseconds.
 *
 * Throws  GATEWAY_VALUE_INVALID for text without a zone or with an impossible date
 */
export const DateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'An instant, ISO-8601 with its zone; answers are in UTC with milliseconds.',
  serialize: (value) => (typeof value === 'number' ? new Date(value).toISOString() : refuse('not an instant')),
  parseValue: parseInstant,
  parseLiteral: (node) => (node.kind === Kind.STRING ? parseInstant(node.value) : refuse('an instant is text')),
});

/** Any JSON value: rules, proofs, cards, event properties. */
export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** An opaque place in a list or in the change log. */
export const CursorScalar = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description: 'An opaque place in a list or in the change log. Made by the server; no meaning may be read from it.',
  serialize: (value) => String(value),
  parseValue: (value) =>
    typeof value === 'string' && value.length <= 2_000 ? value : refuse('a cursor is text of at most 2,000 characters'),
  parseLiteral: (node) =>
    node.kind === Kind.STRING && node.value.length <= 2_000
      ? node.value
      : refuse('a cursor is text of at most 2,000 characters'),
});

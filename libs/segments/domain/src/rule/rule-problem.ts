import { z } from 'zod';
import { readShape } from '@kohort/kernel-contracts';
import type { AppError } from '@kohort/kernel-errors';
import { segmentsErrors } from '../errors';
import { nearestName } from './nearest-name';

/** Where in the rule the parser stands; every error names it. */
export interface Place {
  /** The node's id, or its path when it has none. */
  readonly node: string;
  readonly path: string;
  /** Key of the segment whose rule this is, when rules are read through references. */
  readonly segment?: string | undefined;
}

/** The details that every rule error carries. */
export function placeDetails({ node, path, segment }: Place): { node: string; path: string; segment?: string } {
  return segment === undefined ? { node, path } : { node, path, segment };
}

/** A rule error with a sentence of its own. */
export function invalid(place: Place, reason: string): AppError {
  return segmentsErrors.SEGMENTS_RULE_INVALID({ ...placeDetails(place), reason });
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner;
}

/** The schema that stands at a path of an issue, as far as objects, lists and optionals lead. */
function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  let current = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject && typeof step === 'string') current = unwrap(current.shape[step]);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else return undefined;
  }
  return current;
}

const details = (suggestion: string | undefined): { suggestion?: string } =>
  suggestion === undefined ? {} : { suggestion };

/** Turns what zod found first into an error of ours, with the nearest known name where one was mistyped. */
export function schemaProblem(place: Place, schema: z.ZodType, error: z.ZodError): AppError {
  const issue = error.issues[0];
  if (issue === undefined) return invalid(place, 'does not have the right shape');
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = schemaAt(schema, issue.path);
    const name = issue.keys[0] ?? '';
    const suggestion = known instanceof z.ZodObject ? nearestName(name, Object.keys(known.shape)) : undefined;
    const full = field === '' ? name : `${field}.${name}`;
    return segmentsErrors.SEGMENTS_RULE_UNKNOWN_FIELD({ ...placeDetails(place), name: full, ...details(suggestion) });
  }
  if (issue.code === 'invalid_value' && issue.path.at(-1) === 'op') return unknownOperator(place, issue);
  return invalid(place, field === '' ? issue.message : `${field}: ${issue.message}`);
}

function unknownOperator(place: Place, issue: z.core.$ZodIssueInvalidValue): AppError {
  const known = issue.values.map(String);
  const { input } = issue;
  // An object says what it is only as long as nobody gave it a `toString` of their own.
  const name = typeof input === 'object' && input !== null ? 'an object' : String(input);
  return segmentsErrors.SEGMENTS_RULE_UNKNOWN_OPERATOR({
    ...placeDetails(place),
    name,
    ...details(nearestName(name, known)),
  });
}

/** Checks a part of a rule against its schema. */
export function check<T>(place: Place, schema: z.ZodType<T>, value: unknown): T {
  const parsed = readShape(schema, value, { reportInput: true });
  if (!parsed.success) throw schemaProblem(place, schema, parsed.error);
  return parsed.data;
}

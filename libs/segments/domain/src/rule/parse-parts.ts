import type { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { segmentsErrors } from '../errors';
import { parseInstant } from '../time/instant';
import { toSpan, type Duration } from '../time/duration';
import { stableJson } from '../values/stable-json';
import { durationProblem, readNumberTest, readOperand, type NumberTest, type OperandProblem } from './operand';
import { OPERATOR_FAMILIES, REF_OPERATORS, type NumberOperator } from './operators';
import type { ParsedCondition, ParsedPath, ParsedRef, ParsedSelection, ParsedTrait, ParsedWindow } from './parsed-rule';
import { parsePropertyPath } from './property-path';
import type { conditionSchema, selectionSchema, traitSchema, windowSchema } from './rule.schema';
import { invalid, placeDetails, type Place } from './rule-problem';

/** What a `ref` may name: another trait of the profile, a property of an earlier step, or nothing. */
export type RefScope =
  | { readonly kind: 'trait' }
  | { readonly kind: 'steps'; readonly names: readonly string[] }
  | { readonly kind: 'none' };

function refuse(place: Place, { problem, reason }: OperandProblem): never {
  if (problem === 'pattern') throw segmentsErrors.SEGMENTS_RULE_BAD_PATTERN({ ...placeDetails(place), reason });
  throw segmentsErrors.SEGMENTS_RULE_TYPE_MISMATCH({ ...placeDetails(place), reason });
}

/** Reads a property path or refuses it. */
export function readPathText(place: Place, text: string): ParsedPath {
  const steps = parsePropertyPath(text);
  if (steps === undefined) throw invalid(place, `"${text}" is not a property path`);
  return { text, steps };
}

/** Reads an instant of the rule or refuses it. */
export function readInstant(place: Place, field: string, text: string): number {
  const at = parseInstant(text);
  if (at === undefined) throw invalid(place, `${field}: must be an ISO-8601 instant with a zone`);
  return at;
}

/** Checks a duration. */
export function readDuration(place: Place, field: string, duration: Duration): Duration {
  const problem = durationProblem(duration, false);
  if (problem !== undefined) throw invalid(place, `${field}: ${problem}`);
  return duration;
}

/** Checks a duration of fixed length and gives its milliseconds. */
export function readFixed(place: Place, field: string, duration: Duration): number {
  const problem = durationProblem(duration, true);
  if (problem !== undefined) throw invalid(place, `${field}: ${problem}`);
  return toSpan(duration).ms;
}

/** Reads `{ op, n }` of a count, a ratio or a score. */
export function readTest(place: Place, op: NumberOperator, n: number | readonly [number, number]): NumberTest {
  const test = readNumberTest(op, n);
  return 'problem' in test ? refuse(place, test) : test;
}

function readRef(place: Place, text: string, scope: RefScope): ParsedRef {
  if (scope.kind === 'trait') return { ...readPathText(place, text), step: null };
  if (scope.kind === 'none')
    throw invalid(place, '"ref" can only name a trait in a trait node, or an earlier step of a sequence');
  const dot = text.indexOf('.');
  const step = dot < 0 ? text : text.slice(0, dot);
  if (dot < 0 || !scope.names.includes(step)) {
    throw invalid(
      place,
      `"ref" must be <earlier step>.<property>; earlier steps are ${scope.names.join(', ') || 'none'}`,
    );
  }
  return { text, steps: readPathText(place, text.slice(dot + 1)).steps, step };
}

/** Reads one comparison: the path, and exactly the right side that the operator asks for. */
export function readCondition(place: Place, json: z.infer<typeof conditionSchema>, scope: RefScope): ParsedCondition {
  const path = readPathText(place, json.path);
  if (json.ref !== undefined) {
    if (json.value !== undefined) throw invalid(place, 'takes "value" or "ref", not both');
    if (!REF_OPERATORS.includes(json.op)) throw invalid(place, `"${json.op}" cannot be compared with a "ref"`);
    return { path, op: json.op, operand: null, ref: readRef(place, json.ref, scope), written: { ref: json.ref } };
  }
  if (json.value === undefined && !['nothing', 'anniversary'].includes(OPERATOR_FAMILIES[json.op])) {
    throw invalid(place, `"${json.op}" needs a "value"`);
  }
  const operand = readOperand(json.op, json.value);
  if ('problem' in operand) return refuse(place, operand);
  // The operand's check has shown that the value is plain JSON.
  return { path, op: json.op, operand, ref: null, written: (json.value as Json | undefined) ?? null };
}

/** Reads the body of a trait node. */
export function readTrait(place: Place, json: z.infer<typeof traitSchema>): ParsedTrait {
  const { asOf, ever, ...condition } = json;
  if (asOf !== undefined && ever === true) throw invalid(place, 'takes "asOf" or "ever", not both');
  const parsed = readCondition(place, condition, { kind: 'trait' });
  return { ...parsed, asOf: asOf === undefined ? null : readInstant(place, 'asOf', asOf), ever: ever === true };
}

/** Reads which events are meant. */
export function readSelection(place: Place, json: z.infer<typeof selectionSchema>, scope: RefScope): ParsedSelection {
  const names = json.name === undefined ? null : [...new Set([json.name].flat())].sort();
  const where = (json.where ?? []).map((condition, index) => {
    const inside = { ...place, node: `${place.node}.where.${index}`, path: `${place.path}.where.${index}` };
    return readCondition(inside, condition, scope);
  });
  const key = stableJson([names, where.map(({ path, op, written }) => [path.text, op, written])]);
  return { key, names, where };
}

/** Reads a window; none means all time up to now. */
export function readWindow(place: Place, json: z.infer<typeof windowSchema> | undefined): ParsedWindow {
  if (json === undefined) return { kind: 'all' };
  const kinds = Object.keys(json);
  if (kinds.length !== 1)
    throw invalid(place, 'window: takes exactly one of last, between, since, before, absolute, session, withinFirst');
  if (json.last) return { kind: 'last', duration: readDuration(place, 'window.last', json.last) };
  if (json.withinFirst)
    return { kind: 'withinFirst', duration: readDuration(place, 'window.withinFirst', json.withinFirst) };
  if (json.session) return { kind: 'session', gapMs: readFixed(place, 'window.session.gap', json.session.gap) };
  if (json.since) return { kind: 'since', at: readInstant(place, 'window.since', json.since) };
  if (json.before) return { kind: 'before', at: readInstant(place, 'window.before', json.before) };
  if (json.absolute) {
    const from = readInstant(place, 'window.absolute.from', json.absolute.from);
    const to = readInstant(place, 'window.absolute.to', json.absolute.to);
    if (from > to) throw invalid(place, 'window.absolute: "from" must not be after "to"');
    return { kind: 'absolute', from, to };
  }
  if (json.between) {
    const from = readDuration(place, 'window.between.from', json.between.from);
    const to = readDuration(place, 'window.between.to', json.between.to);
    return { kind: 'between', from, to };
  }
  throw invalid(place, 'window: is empty');
}

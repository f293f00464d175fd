import { z } from 'zod';
import { faultyText, type Json } from '@kohort/kernel-contracts';
import { segmentsErrors } from '../errors';
import { isTimeZone } from '../time/local-time';
import { migrateRule } from './migrate-rule';
import { nearestName } from './nearest-name';
import type { Entity, ParsedAggregate, ParsedMeasure, ParsedNode, ParsedRule } from './parsed-rule';
import { readDuration, readPathText, readSelection, readTest, readTrait, readWindow } from './parse-parts';
import { readSequence } from './parse-sequence';
import { hashJson } from './rule-hash';
import { readSqlPredicate } from './sql-predicate';
import { textComparison } from './text-trait';
import { nodeBodies, ruleFrameSchema, type NodeKind, type aggregateSchema, type measureSchema } from './rule.schema';
import { check, invalid, placeDetails, type Place } from './rule-problem';

/** A rule may hold this many nodes, nested this deep. */
export const RULE_LIMITS = { nodes: 200, depth: 12, relations: 2 } as const;

const BODIES = nodeBodies(z.unknown());
const KINDS = Object.keys(BODIES) as readonly NodeKind[];
const isKind = (name: string): name is NodeKind => Object.hasOwn(BODIES, name);
/** A schema is dear to make: once, not for each node. */
const fieldsSchema = z.record(z.string(), z.unknown());
const metaSchema = z.object({ id: z.string().min(1).max(500).optional(), label: z.string().max(500).optional() });

interface Walk {
  readonly segment: string | undefined;
  readonly ids: Set<string>;
  nodes: number;
}

/** The single kind key of a node's JSON. */
function kindOf(place: Place, json: unknown): { kind: NodeKind; fields: Readonly<Record<string, unknown>> } {
  const fields = fieldsSchema.safeParse(json);
  if (!fields.success || Array.isArray(json)) throw invalid(place, 'a node must be an object with one kind key');
  const names = Object.keys(fields.data).filter((name) => name !== 'id' && name !== 'label');
  const kinds = names.filter(isKind);
  const unknown = names.find((name) => !isKind(name));
  if (unknown !== undefined) {
    const suggestion = nearestName(unknown, kinds.length === 0 ? KINDS : ['id', 'label']);
    const what = { ...placeDetails(place), name: unknown, ...(suggestion === undefined ? {} : { suggestion }) };
    throw kinds.length === 0
      ? segmentsErrors.SEGMENTS_RULE_UNKNOWN_NODE(what)
      : segmentsErrors.SEGMENTS_RULE_UNKNOWN_FIELD(what);
  }
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw invalid(place, 'a node must have exactly one kind key');
  return { kind, fields: fields.data };
}

function readMeasure(place: Place, json: z.infer<typeof measureSchema>): ParsedMeasure {
  if (json.property === undefined && json.fn !== 'distinctDays')
    throw invalid(place, `"${json.fn}" needs a "property"`);
  if ((json.fn === 'percentile') !== (json.p !== undefined))
    throw invalid(place, '"p" is needed by "percentile", and by no other fn');
  return {
    event: readSelection(place, json.event, { kind: 'none' }),
    fn: json.fn,
    property: json.property === undefined ? null : readPathText(place, json.property),
    p: json.p ?? 50,
    window: readWindow(place, json.window),
  };
}

function readAggregate(place: Place, json: z.infer<typeof aggregateSchema>): ParsedAggregate {
  const base = readMeasure(place, json);
  const { op, value } = json;
  if (typeof value === 'number' || Array.isArray(value)) return { ...base, test: readTest(place, op, value) };
  if ((json.fn === 'first' || json.fn === 'last') && (op === 'eq' || op === 'neq'))
    return { ...base, test: { op, value } };
  throw segmentsErrors.SEGMENTS_RULE_TYPE_MISMATCH({
    ...placeDetails(place),
    reason: `"${json.fn}" with "${op}" is compared with a number`,
  });
}

/** Reads one leaf's body; composites are read by `readNode`. */
function readLeaf(place: Place, kind: NodeKind, body: unknown): object {
  switch (kind) {
    case 'trait':
      return { trait: readTrait(place, check(place, BODIES.trait, body)) };
    case 'event': {
      const { count, window, ...selection } = check(place, BODIES.event, body);
      const event = readSelection(place, selection, { kind: 'none' });
      return { event, count: readTest(place, count?.op ?? 'gte', count?.n ?? 1), window: readWindow(place, window) };
    }
    case 'aggregate':
      return { aggregate: readAggregate(place, check(place, BODIES.aggregate, body)) };
    case 'sequence':
      return { sequence: readSequence(place, check(place, BODIES.sequence, body)) };
    case 'frequency': {
      const json = check(place, BODIES.frequency, body);
      const [a, b] = [readSelection(place, json.a, { kind: 'none' }), readSelection(place, json.b, { kind: 'none' })];
      return { a, b, ratio: readTest(place, json.op, json.ratio), window: readWindow(place, json.window) };
    }
    case 'lifecycle': {
      const { state, event, period } = check(place, BODIES.lifecycle, body);
      return {
        state,
        event: readSelection(place, event, { kind: 'none' }),
        period: readDuration(place, 'period', period),
      };
    }
    case 'segment': {
      const { key, is } = check(place, BODIES.segment, body);
      return { key, is: is ?? true };
    }
    case 'prediction': {
      const { model, measure, op, value } = check(place, BODIES.prediction, body);
      return { model, measure, test: readTest(place, op, value) };
    }
    case 'cluster': {
      const json = check(place, BODIES.cluster, body);
      return { model: json.model, in: json.in, minConfidence: json.minConfidence ?? null };
    }
    case 'bucket': {
      const json = check(place, BODIES.bucket, body);
      if (json.from > json.to) throw invalid(place, '"from" must not be above "to"');
      return json;
    }
    case 'consent':
      return check(place, BODIES.consent, body);
    case 'text': {
      const comparison = textComparison(check(place, BODIES.text, body));
      if (comparison === undefined) throw invalid(place, 'takes exactly one of "topic" and "sentiment"');
      return { trait: readTrait(place, comparison) };
    }
    case 'top': {
      const { by, n, percent, exact } = check(place, BODIES.top, body);
      if ((n === undefined) === (percent === undefined)) throw invalid(place, 'takes exactly one of "n" and "percent"');
      const measure = readMeasure(place, by.aggregate);
      return { by: measure, n: n ?? null, percent: percent ?? null, exact: exact === true };
    }
    case 'sql': {
      const { predicate } = check(place, BODIES.sql, body);
      return {
        predicate: readSqlPredicate(predicate, (reason) => invalid(place, `predicate: ${reason}`)),
        text: predicate,
      };
    }
    default:
      check<unknown>(place, BODIES[kind], body);
      return {};
  }
}

/** Where a node stands: its path, how many nodes are above it, itself included, and of whom it is asked. */
interface Position {
  readonly path: string;
  readonly depth: number;
  readonly entity: Entity;
  /** Relations above it. */
  readonly relations: number;
}

/** Kinds that know nothing of accounts, and kinds that are answered for everybody at once, so never inside a relation. */
const OF_PEOPLE: readonly NodeKind[] = ['prediction', 'cluster', 'consent'];
const OF_EVERYBODY: readonly NodeKind[] = ['top', 'sql'];

/** Refuses a kind that means nothing where it stands. */
function checkPosition(place: Place, kind: NodeKind, { entity, relations }: Position): void {
  if (entity === 'account' && OF_PEOPLE.includes(kind)) throw invalid(place, `an account has no "${kind}"`);
  if (relations > 0 && OF_EVERYBODY.includes(kind))
    throw invalid(place, `"${kind}" cannot stand inside a relation: it is answered for everybody at once`);
}

/** A relation, and what it asks of those it leads to. */
function readRelation(place: Place, body: unknown, at: { position: Position; walk: Walk; kind: string }): object {
  const { position, walk, kind } = at;
  const { to, quantifier, count, where } = check(place, BODIES.relation, body);
  if (to === position.entity)
    throw invalid(place, `leads from ${to} to ${to}; a person has accounts, and an account has people`);
  if (position.relations >= RULE_LIMITS.relations)
    throw invalid(place, `relations may be nested ${RULE_LIMITS.relations} deep`);
  if ((quantifier === 'count') !== (count !== undefined))
    throw invalid(place, '"count" is needed by the quantifier "count", and by no other');
  const inner = { ...position, entity: to, relations: position.relations + 1, depth: position.depth + 1 };
  return {
    to,
    quantifier,
    count: readTest(place, count?.op ?? 'gte', count?.n ?? 1),
    where: readNode(where, { ...inner, path: `${position.path}.${kind}.where` }, walk),
  };
}

function readChildren(list: readonly unknown[], at: Position, walk: Walk): ParsedNode[] {
  return list.map((child, index) => readNode(child, { ...at, path: `${at.path}.${index}`, depth: at.depth + 1 }, walk));
}

/** Refuses texts that can be neither stored nor found: no value that is compared with them would ever be the same. */
function requireTexts(place: Place, part: unknown): void {
  const found = faultyText(part);
  if (found !== undefined) throw invalid(place, [...found.path.slice(-1), `a text ${found.fault}`].join(': '));
}

function readNode(json: unknown, at: Position, walk: Walk): ParsedNode {
  const { path, depth } = at;
  const unnamed = { node: path, path, segment: walk.segment };
  walk.nodes += 1;
  if (depth > RULE_LIMITS.depth)
    throw segmentsErrors.SEGMENTS_RULE_TOO_DEEP({ ...placeDetails(unnamed), limit: RULE_LIMITS.depth });
  if (walk.nodes > RULE_LIMITS.nodes)
    throw segmentsErrors.SEGMENTS_RULE_TOO_LARGE({ ...placeDetails(unnamed), limit: RULE_LIMITS.nodes });
  const { kind, fields } = kindOf(unnamed, json);
  const meta = check(unnamed, metaSchema, { id: fields['id'], label: fields['label'] });
  requireTexts(unnamed, meta);
  const place = { ...unnamed, node: meta.id ?? path };
  if (walk.ids.has(place.node)) throw segmentsErrors.SEGMENTS_RULE_DUPLICATE_NODE(placeDetails(place));
  walk.ids.add(place.node);
  const base = { id: place.node, label: meta.label ?? null };
  const body = fields[kind];
  checkPosition(place, kind, at);
  if (kind === 'all' || kind === 'any' || kind === 'none') {
    return {
      ...base,
      kind,
      children: readChildren(check(place, BODIES[kind], body), { ...at, path: `${path}.${kind}` }, walk),
    };
  }
  if (kind === 'atLeast') {
    const { n, of } = check(place, BODIES.atLeast, body);
    return { ...base, kind, n, children: readChildren(of, { ...at, path: `${path}.atLeast.of` }, walk) };
  }
  if (kind === 'relation' || kind === 'group') {
    return { ...base, kind, ...readRelation(place, body, { position: at, walk, kind }) } as ParsedNode;
  }
  requireTexts(place, body);
  // The body's fields are those of its kind: readLeaf and ParsedNode list them side by side.
  return { ...base, kind, ...readLeaf(place, kind, body) } as ParsedNode;
}

/**
 * Reads a rule's JSON: shape, limits, operators, types, patterns, time zone. Nothing is evaluated.
 *
 * Shape   any JSON, also of an older version of the language; `segment` names the segment whose rule it is, for errors
 * Cost    O(size); a hostile rule is refused at the 201st node or the 13th level
 * Throws  SEGMENTS_RULE_… (invalid-input), with details `node` (its id, else its path) and `path` (`where.all.1`)
 */
export function parseRule(json: unknown, segment?: string): ParsedRule {
  const top = { node: 'rule', path: '', segment };
  // What is no JSON is refused by the check of the frame.
  const current = migrateRule(json as Json);
  const frame = check(top, ruleFrameSchema, current);
  const timezone = frame.options?.timezone ?? null;
  if (timezone !== null && !isTimeZone(timezone))
    throw invalid(top, `options.timezone: there is no time zone "${timezone}"`);
  const root = readNode(
    frame.where,
    { path: 'where', depth: 1, entity: frame.entity, relations: 0 },
    { segment, ids: new Set(), nodes: 0 },
  );
  // Every part has been checked above, so the whole is plain JSON.
  return { entity: frame.entity, timezone, root, hash: hashJson(current) };
}

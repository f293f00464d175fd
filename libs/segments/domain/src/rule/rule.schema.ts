import { z } from 'zod';
import { TIME_UNITS } from '../time/duration';
import { NUMBER_OPERATORS, OPERATORS, type Operator } from './operators';
import { SENTIMENTS } from './text-trait';

const LONGEST_LIST = 1000;
const name = z.string().min(1).max(500);
const path = z.string().min(1).max(500);
const instant = z.string().min(1).max(64);
const zone = z.string().min(1).max(64);
const wholeNumber = z.number().int().min(0).max(1_000_000);

export const scalarSchema = z.union([z.string().max(10_000), z.number(), z.boolean()]);
export const durationSchema = z.strictObject({
  n: wholeNumber,
  unit: z.enum(TIME_UNITS),
  calendar: z.boolean().optional(),
});
export const numberTestValueSchema = z.union([z.number(), z.tuple([z.number(), z.number()])]);
const numberOperator = z.enum(NUMBER_OPERATORS);

const operator = z.enum(OPERATORS as readonly [Operator, ...Operator[]]);
export const conditionSchema = z.strictObject({
  path,
  op: operator,
  value: z.unknown().optional(),
  ref: path.optional(),
});
export const traitSchema = conditionSchema.extend({ asOf: instant.optional(), ever: z.boolean().optional() });

export const windowSchema = z.strictObject({
  last: durationSchema.optional(),
  between: z.strictObject({ from: durationSchema, to: durationSchema }).optional(),
  since: instant.optional(),
  before: instant.optional(),
  absolute: z.strictObject({ from: instant, to: instant }).optional(),
  session: z.strictObject({ gap: durationSchema }).optional(),
  withinFirst: durationSchema.optional(),
});

export const selectionSchema = z.strictObject({
  name: z.union([name, z.array(name).min(1).max(LONGEST_LIST)]).optional(),
  where: z.array(conditionSchema).max(50).optional(),
});
export const countSchema = z.strictObject({ op: numberOperator, n: numberTestValueSchema });
export const eventSchema = selectionSchema.extend({ count: countSchema.optional(), window: windowSchema.optional() });

export const AGGREGATE_FUNCTIONS = [
  'sum',
  'avg',
  'min',
  'max',
  'distinct',
  'distinctDays',
  'first',
  'last',
  'percentile',
  'slope',
] as const;
export const measureSchema = z.strictObject({
  event: selectionSchema,
  fn: z.enum(AGGREGATE_FUNCTIONS),
  property: path.optional(),
  /** Percentage of `percentile`, above 0 and up to 100. */
  p: z.number().gt(0).max(100).optional(),
  window: windowSchema.optional(),
});
export const aggregateSchema = measureSchema.extend({
  op: numberOperator,
  value: z.union([scalarSchema, z.tuple([z.number(), z.number()])]),
});

const stepName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'must be a plain name');
export const sequenceSchema = z.strictObject({
  steps: z
    .array(
      z.strictObject({
        as: stepName.optional(),
        event: selectionSchema,
        gap: z.strictObject({ min: durationSchema.optional(), max: durationSchema.optional() }).optional(),
      }),
    )
    .min(1)
    .max(20),
  without: z
    .array(
      z.strictObject({
        event: selectionSchema,
        after: stepName,
        before: stepName.optional(),
        within: durationSchema.optional(),
      }),
    )
    .max(20)
    .optional(),
  keyBy: path.optional(),
  order: z.enum(['strict', 'loose']).optional(),
  window: windowSchema.optional(),
});

export const frequencySchema = z.strictObject({
  a: selectionSchema,
  b: selectionSchema,
  op: numberOperator,
  ratio: numberTestValueSchema,
  window: windowSchema.optional(),
});
export const lifecycleSchema = z.strictObject({
  state: z.enum(['new', 'regular', 'stopped', 'resurrected']),
  event: selectionSchema,
  period: durationSchema,
});
export const segmentSchema = z.strictObject({ key: name, is: z.boolean().optional() });
export const predictionSchema = z.strictObject({
  model: name,
  measure: z.enum(['probability', 'percentile']),
  op: numberOperator,
  value: numberTestValueSchema,
});
export const clusterSchema = z.strictObject({
  model: name,
  in: z.array(name).min(1).max(LONGEST_LIST),
  minConfidence: z.number().min(0).max(1).optional(),
});
export const bucketSchema = z.strictObject({
  salt: z.string().max(500),
  from: z.number().int().min(0).max(9999),
  to: z.number().int().min(0).max(9999),
});
const consentSchema = z.strictObject({ purpose: name });
const textSchema = z.strictObject({
  trait: path,
  topic: name.optional(),
  sentiment: z.enum(SENTIMENTS).optional(),
  op: z.enum(['eq', 'neq']).optional(),
});
const topSchema = z.strictObject({
  by: z.strictObject({ aggregate: measureSchema }),
  n: wholeNumber.min(1).optional(),
  percent: z.number().gt(0).max(100).optional(),
  exact: z.boolean().optional(),
});
const sqlSchema = z.strictObject({ predicate: z.string().min(1).max(10_000) });

const relationSchema = (node: z.ZodType) =>
  z.strictObject({
    to: z.enum(['account', 'profile']),
    quantifier: z.enum(['any', 'all', 'none', 'count']),
    count: countSchema.optional(),
    where: node,
  });

/** The body of every kind of node; `node` stands where another node is nested. */
export const nodeBodies = <T extends z.ZodType>(node: T) => ({
  all: z.array(node),
  any: z.array(node),
  none: z.array(node),
  atLeast: z.strictObject({ n: wholeNumber, of: z.array(node) }),
  trait: traitSchema,
  event: eventSchema,
  aggregate: aggregateSchema,
  sequence: sequenceSchema,
  frequency: frequencySchema,
  lifecycle: lifecycleSchema,
  segment: segmentSchema,
  prediction: predictionSchema,
  cluster: clusterSchema,
  relation: relationSchema(node),
  group: relationSchema(node),
  bucket: bucketSchema,
  consent: consentSchema,
  text: textSchema,
  top: topSchema,
  sql: sqlSchema,
});

export type NodeKind = keyof ReturnType<typeof nodeBodies>;

/** What stands around the tree. */
export const ruleFrameSchema = z.strictObject({
  version: z.literal(1),
  entity: z.enum(['profile', 'account']),
  where: z.unknown(),
  options: z.strictObject({ timezone: zone.optional() }).optional(),
});

const nodeSchema: z.ZodType = z.lazy(() => {
  const meta = { id: name.optional(), label: z.string().max(500).optional() };
  const kinds = Object.entries(nodeBodies(nodeSchema)).map(([kind, body]) => z.strictObject({ ...meta, [kind]: body }));
  return z.union(kinds);
});

/**
 * The whole rule as one recursive schema, for publishing; `parseRule` gives better errors and the checks of meaning
 * that a schema cannot hold.
 */
export const ruleSchema = ruleFrameSchema.extend({ where: nodeSchema });

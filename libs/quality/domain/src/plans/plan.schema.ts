import { RE2JS } from 're2js';
import { z } from 'zod';
import { PLAN_ACTIONS } from '@kohort/kernel-contracts';
import { FORMATS } from './formats';
import { isPlainObject } from './plain-object';

export const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** What a plan may be at most: it is compiled, and every event passes through it. */
export const PLAN_LIMITS = {
  events: 500,
  properties: 300,
  enumValues: 200,
  patternChars: 256,
  nesting: 16,
  nodes: 20_000,
  textChars: 2_000_000,
} as const;

/** Keys that reach an object's prototype; an event that has one is refused before any plan. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const count = z.int().min(0).max(1_000_000);
const bound = z.number();
const scalar = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);
const key = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !FORBIDDEN_KEYS.has(name), 'the key is not allowed');

function patternFault(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

const pattern = z
  .string()
  .max(PLAN_LIMITS.patternChars)
  .superRefine((text, context) => {
    const fault = patternFault(text);
    if (fault !== null) context.addIssue({ code: 'custom', message: `not a pattern of RE2: ${fault}` });
  });

/** One node of a schema: the subset of JSON Schema draft 2020-12 that a plan may use. There are no references. */
export interface SchemaNode {
  readonly description?: string | undefined;
  readonly type?: JsonType | readonly JsonType[] | undefined;
  readonly enum?: readonly (string | number | boolean | null)[] | undefined;
  readonly const?: string | number | boolean | null | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | SchemaNode | undefined;
  readonly items?: SchemaNode | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly format?: (typeof FORMATS)[number] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
}

/** Keywords, with the types one of which they need. */
const NEEDS: readonly (readonly [keyword: keyof SchemaNode, needed: readonly JsonType[]])[] = [
  ['properties', ['object']],
  ['required', ['object']],
  ['additionalProperties', ['object']],
  ['items', ['array']],
  ['minItems', ['array']],
  ['maxItems', ['array']],
  ['minLength', ['string']],
  ['maxLength', ['string']],
  ['pattern', ['string']],
  ['format', ['string']],
  ['minimum', ['number', 'integer']],
  ['maximum', ['number', 'integer']],
  ['exclusiveMinimum', ['number', 'integer']],
  ['exclusiveMaximum', ['number', 'integer']],
];

/** The types that a node names; none when it allows any. */
export function typesOf(node: SchemaNode): readonly JsonType[] {
  if (node.type === undefined) return [];
  return typeof node.type === 'string' ? [node.type] : node.type;
}

function misplaced(node: SchemaNode): string | null {
  const types = typesOf(node);
  for (const [keyword, needed] of NEEDS) {
    if (node[keyword] !== undefined && !needed.some((type) => types.includes(type)))
      return `"${keyword}" needs the type ${needed.join(' or ')}`;
  }
  return null;
}

/** Schema of a schema node. */
export const schemaNode: z.ZodType<SchemaNode> = z.lazy(() =>
  z
    .strictObject({
      description: z.string().max(1_000).optional(),
      type: z.union([z.enum(JSON_TYPES), z.array(z.enum(JSON_TYPES)).min(1).max(7)]).optional(),
      enum: z.array(scalar).min(1).max(PLAN_LIMITS.enumValues).optional(),
      const: scalar.optional(),
      properties: z.record(key, schemaNode).optional(),
      required: z.array(key).max(PLAN_LIMITS.properties).optional(),
      additionalProperties: z.union([z.boolean(), schemaNode]).optional(),
      items: schemaNode.optional(),
      minItems: count.optional(),
      maxItems: count.optional(),
      minLength: count.optional(),
      maxLength: count.optional(),
      pattern: pattern.optional(),
      format: z.enum(FORMATS).optional(),
      minimum: bound.optional(),
      maximum: bound.optional(),
      exclusiveMinimum: bound.optional(),
      exclusiveMaximum: bound.optional(),
    })
    .superRefine((node, context) => {
      const fault = misplaced(node);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      if (node.properties && Object.keys(node.properties).length > PLAN_LIMITS.properties)
        context.addIssue({ code: 'custom', message: `more than ${PLAN_LIMITS.properties} properties` });
      if (node.required && new Set(node.required).size < node.required.length)
        context.addIssue({ code: 'custom', message: 'a required property is named twice' });
    }),
);

const action = z.enum(PLAN_ACTIONS);

/** What is done about each kind of finding; what is absent is as the plan says, or as the default. */
const actionsSchema = z.strictObject({
  missing_property: action.optional(),
  wrong_type: action.optional(),
  wrong_value: action.optional(),
  unplanned_property: action.optional(),
});

const objectByDefault = (node: unknown): unknown =>
  isPlainObject(node) && node['type'] === undefined ? { ...node, type: 'object' } : node;

const planned = z.strictObject({
  description: z.string().max(1_000).optional(),
  schema: z.preprocess(
    objectByDefault,
    schemaNode.refine((node) => typesOf(node).includes('object'), 'properties and traits are an object'),
  ),
  actions: actionsSchema.optional(),
});

/**
 * A tracking plan. `events` are tracks by name; `identify` and `group` speak of traits, `page` and `screen` of
 * properties. A kind of message that the plan does not name is not looked at; a track that it does not name is an
 * unplanned event. An object with `properties` and no word on others is closed: what else it has is unplanned.
 */
export const planSchema = z.strictObject({
  name: z.string().min(1).max(200).default('Tracking plan'),
  unplannedEvents: action.default('flag'),
  actions: actionsSchema.default({}),
  events: z
    .record(
      z
        .string()
        .min(1)
        .max(200)
        .refine((name) => !FORBIDDEN_KEYS.has(name), 'the name is not allowed'),
      planned,
    )
    .refine((events) => Object.keys(events).length <= PLAN_LIMITS.events, `at most ${PLAN_LIMITS.events} events`)
    .default({}),
  identify: planned.optional(),
  group: planned.optional(),
  page: planned.optional(),
  screen: planned.optional(),
});

export type TrackingPlan = z.infer<typeof planSchema>;
export type PlannedEvent = z.infer<typeof planned>;
export type PlanActions = z.infer<typeof actionsSchema>;

/** What is done where a plan does not say: a plan that nobody tuned blocks nothing. */
export const DEFAULT_ACTIONS = {
  missing_property: 'flag',
  wrong_type: 'flag',
  wrong_value: 'flag',
  unplanned_property: 'pass',
} as const;

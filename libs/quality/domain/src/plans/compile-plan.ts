import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import { RE2JS } from 're2js';
import {
  PLAN_ACTIONS,
  type JsonObject,
  type PlanAction,
  type PlanCheck,
  type PlanRule,
  type PlanVerdict,
  type PlanViolation,
} from '@kohort/kernel-contracts';
import { FORMATS, formatTests } from './formats';
import {
  DEFAULT_ACTIONS,
  type PlanActions,
  type PlannedEvent,
  type SchemaNode,
  type TrackingPlan,
} from './plan.schema';

/** Violations kept of one message. */
const KEPT_VIOLATIONS = 20;
/** A pattern looks at no longer text; what is longer does not match. Linear time is still time. */
const PATTERN_CHARS = 4_096;

/** ajv asks for an engine in the form of a function with the source text that would make it; only the first is used. */
const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => text.length <= PATTERN_CHARS && compiled.matcher(text).find() };
  },
  { code: 'linearRegExp' },
);

function makeAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    // Every schema has been parsed against our own, narrower schema of schemas.
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    ownProperties: true,
    logger: false,
    code: { regExp: linearRegExp },
  });
  for (const format of FORMATS) ajv.addFormat(format, { type: 'string', validate: formatTests[format] });
  return ajv;
}

/** Closes every object that names its properties and says nothing of others: those are unplanned properties. */
function closed(node: SchemaNode): Record<string, unknown> {
  const { properties, items, additionalProperties, ...rest } = node;
  const others = additionalProperties ?? (properties ? false : undefined);
  return {
    ...rest,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, closed(inner)])) }
      : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(others === undefined ? {} : { additionalProperties: typeof others === 'boolean' ? others : closed(others) }),
  };
}

const KINDS = ['identify', 'group', 'page', 'screen'] as const;

function sectionsOf(plan: TrackingPlan): [name: string, planned: PlannedEvent][] {
  const kinds = KINDS.flatMap((kind): [string, PlannedEvent][] => (plan[kind] ? [[kind, plan[kind]]] : []));
  return [
    ...Object.entries(plan.events).map(([name, one]): [string, PlannedEvent] => [`events.${name}`, one]),
    ...kinds,
  ];
}

/** What ajv will not compile, by the place in the plan. Empty for a plan that can be used. */
export function schemaFaults(plan: TrackingPlan): string[] {
  const ajv = makeAjv();
  return sectionsOf(plan).flatMap(([name, planned]) => {
    try {
      ajv.compile(closed(planned.schema));
      return [];
    } catch (thrown) {
      return [`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
    }
  });
}

type SchemaRule = Exclude<PlanRule, 'unplanned_event'>;
const RULE_OF: Readonly<Record<string, SchemaRule>> = {
  required: 'missing_property',
  type: 'wrong_type',
  additionalProperties: 'unplanned_property',
};

/** Names of properties as programmers write them. Whatever else stands as a key may be somebody's address or number. */
const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_$ .-]{0,49}$/;
const LONG_NUMBER = /\d{5}/;
const INDEX = /^\d{1,5}$/;

function shownKey(segment: string, known: ReadonlySet<string>): string {
  if (known.has(segment) || INDEX.test(segment)) return segment;
  return PLAIN_KEY.test(segment) && !LONG_NUMBER.test(segment) ? segment : '*';
}

function keysOf(node: SchemaNode, into: Set<string>): void {
  for (const [name, inner] of Object.entries(node.properties ?? {})) {
    into.add(name.replaceAll('~', '~0').replaceAll('/', '~1'));
    keysOf(inner, into);
  }
  if (node.items) keysOf(node.items, into);
  if (typeof node.additionalProperties === 'object') keysOf(node.additionalProperties, into);
}

function memberOf(error: ErrorObject): string {
  const named: unknown = error.params['missingProperty'] ?? error.params['additionalProperty'];
  return typeof named === 'string' ? `/${named.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
}

interface Section {
  readonly validate: ValidateFunction;
  readonly known: ReadonlySet<string>;
  readonly actions: Readonly<Record<SchemaRule, PlanAction>>;
}

function pointer(root: string, error: ErrorObject, known: ReadonlySet<string>): string {
  const segments = `${error.instancePath}${memberOf(error)}`.split('/').slice(1);
  return [root, ...segments.map((segment) => shownKey(segment, known))].join('/');
}

const strictness = (action: PlanAction): number => PLAN_ACTIONS.indexOf(action);

function violationsOf(section: Section, root: string, errors: readonly ErrorObject[]): PlanViolation[] {
  const found = new Map<string, PlanViolation>();
  for (const error of errors) {
    const rule = RULE_OF[error.keyword] ?? 'wrong_value';
    const path = pointer(root, error, section.known);
    const key = `${rule} ${path}`;
    if (!found.has(key)) found.set(key, { rule, action: section.actions[rule], path });
  }
  // The sort is stable: among equals the order of the message stays.
  return [...found.values()].sort((a, b) => strictness(a.action) - strictness(b.action)).slice(0, KEPT_VIOLATIONS);
}

function sectionOf(ajv: Ajv2020, planned: PlannedEvent, actions: PlanActions): Section {
  const known = new Set<string>();
  keysOf(planned.schema, known);
  return {
    validate: ajv.compile(closed(planned.schema)),
    known,
    actions: {
      missing_property:
        planned.actions?.missing_property ?? actions.missing_property ?? DEFAULT_ACTIONS.missing_property,
      wrong_type: planned.actions?.wrong_type ?? actions.wrong_type ?? DEFAULT_ACTIONS.wrong_type,
      wrong_value: planned.actions?.wrong_value ?? actions.wrong_value ?? DEFAULT_ACTIONS.wrong_value,
      unplanned_property:
        planned.actions?.unplanned_property ?? actions.unplanned_property ?? DEFAULT_ACTIONS.unplanned_property,
    },
  };
}

/** Compiles a section when the first message asks for it, so that no message waits for the whole plan. */
function onFirstUse(make: () => Section): () => Section {
  let made: Section | null = null;
  return () => (made ??= make());
}

/** A version of a plan: what its verdicts are signed with. */
export interface PlanVersion {
  readonly planId: string;
  readonly planVersion: number;
}

/**
 * Makes the check of a plan: pure, without look-ups, to be kept as long as the version is in force.
 *
 * Cost    some milliseconds at the first message of a planned event, to compile it; then about 5–20 µs a message
 * Ties    of many violations 20 are kept, the strictest first, in the order of the message among equals
 */
export function compilePlan(plan: TrackingPlan, version: PlanVersion): PlanCheck {
  const ajv = makeAjv();
  const events = new Map(
    Object.entries(plan.events).map(([name, planned]) => [
      name,
      onFirstUse(() => sectionOf(ajv, planned, plan.actions)),
    ]),
  );
  const kinds = new Map(
    KINDS.flatMap((kind) => {
      const planned = plan[kind];
      return planned ? [[kind, onFirstUse(() => sectionOf(ajv, planned, plan.actions))] as const] : [];
    }),
  );
  const verdict = (violations: readonly PlanViolation[]): PlanVerdict => ({
    ...version,
    action: violations[0]?.action ?? 'pass',
    violations,
  });
  const unplanned = verdict([{ rule: 'unplanned_event', action: plan.unplannedEvents, path: '/event' }]);
  const against = (section: Section, root: string, value: JsonObject): PlanVerdict | null => {
    if (section.validate(value)) return null;
    return verdict(violationsOf(section, root, section.validate.errors ?? []));
  };
  return ({ type, name, properties, traits }) => {
    if (type === 'alias') return null;
    if (type === 'track') {
      const section = events.get(name ?? '');
      return section ? against(section(), '/properties', properties) : unplanned;
    }
    const section = kinds.get(type);
    if (!section) return null;
    return type === 'identify' || type === 'group'
      ? against(section(), '/traits', traits)
      : against(section(), '/properties', properties);
  };
}

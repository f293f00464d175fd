import { PLAN_ACTIONS, type PlanAction } from '@kohort/kernel-contracts';
import { DEFAULT_ACTIONS, typesOf, type PlannedEvent, type SchemaNode, type TrackingPlan } from './plan.schema';

/** `changed`: neither stricter nor looser alone. */
export type ChangeKind = 'added' | 'removed' | 'loosened' | 'tightened' | 'changed';

/** One difference between two plans. */
export interface PlanChange {
  readonly kind: ChangeKind;
  /** Where: `events.Order Completed.properties.total`. */
  readonly at: string;
  /** What: the keyword, with both sides. */
  readonly what: string;
}

type Note = (kind: ChangeKind, at: string, what: string) => void;

const shown = (value: unknown): string => (value === undefined ? 'anything' : JSON.stringify(value));
const step = (before: unknown, after: unknown): string => `${shown(before)} → ${shown(after)}`;

/** How two sets of allowed things stand to each other; undefined: anything is allowed. */
function bySets(before: ReadonlySet<string> | undefined, after: ReadonlySet<string> | undefined): ChangeKind | null {
  if (before === undefined) return after === undefined ? null : 'tightened';
  if (after === undefined) return 'loosened';
  const lost = [...before].some((one) => !after.has(one));
  const gained = [...after].some((one) => !before.has(one));
  if (lost && gained) return 'changed';
  return lost ? 'tightened' : gained ? 'loosened' : null;
}

function typeSet(node: SchemaNode): ReadonlySet<string> | undefined {
  const types: readonly string[] = typesOf(node);
  if (types.length === 0) return undefined;
  return new Set(types.includes('number') ? [...types, 'integer'] : types);
}

const valueSet = (node: SchemaNode): ReadonlySet<string> | undefined => {
  const values = node.const === undefined ? node.enum : [node.const];
  return values && new Set(values.map((value) => JSON.stringify(value)));
};

const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const;

function byBound(before: number | undefined, after: number | undefined, sign: 1 | -1): ChangeKind | null {
  if (before === after) return null;
  if (before === undefined) return 'tightened';
  if (after === undefined) return 'loosened';
  return (after - before) * sign > 0 ? 'tightened' : 'loosened';
}

function keywords(before: SchemaNode, after: SchemaNode, at: string, note: Note): void {
  const types = bySets(typeSet(before), typeSet(after));
  if (types) note(types, at, `type ${step(before.type, after.type)}`);
  const values = bySets(valueSet(before), valueSet(after));
  if (values) note(values, at, `values ${step(before.const ?? before.enum, after.const ?? after.enum)}`);
  for (const key of LOWER) {
    const kind = byBound(before[key], after[key], 1);
    if (kind) note(kind, at, `${key} ${step(before[key], after[key])}`);
  }
  for (const key of UPPER) {
    const kind = byBound(before[key], after[key], -1);
    if (kind) note(kind, at, `${key} ${step(before[key], after[key])}`);
  }
  for (const key of ['format', 'pattern'] as const) {
    const kind = bySets(
      before[key] === undefined ? undefined : new Set([before[key]]),
      after[key] === undefined ? undefined : new Set([after[key]]),
    );
    if (kind) note(kind, at, `${key} ${step(before[key], after[key])}`);
  }
}

/** 0: only what is named; 1: others by a schema; 2: anything. */
function openness(node: SchemaNode): number {
  const others = node.additionalProperties;
  if (typeof others === 'object') return 1;
  return (others ?? node.properties === undefined) ? 2 : 0;
}

function nodes(before: SchemaNode, after: SchemaNode, at: string, note: Note): void {
  keywords(before, after, at, note);
  const required = { before: new Set(before.required), after: new Set(after.required) };
  const names = new Set([...Object.keys(before.properties ?? {}), ...Object.keys(after.properties ?? {})]);
  for (const name of [...names, ...required.before, ...required.after]) names.add(name);
  for (const name of [...names].sort()) {
    const [was, is] = [before.properties?.[name], after.properties?.[name]];
    const place = `${at}.${name}`;
    if (!was && is) note('added', place, required.after.has(name) ? 'required property' : 'property');
    else if (was && !is) note('removed', place, 'property');
    else {
      if (required.before.has(name) !== required.after.has(name))
        note(
          required.after.has(name) ? 'tightened' : 'loosened',
          place,
          required.after.has(name) ? 'required' : 'optional',
        );
      if (was && is) nodes(was, is, place, note);
    }
  }
  const open = openness(after) - openness(before);
  if (open !== 0) note(open > 0 ? 'loosened' : 'tightened', at, 'other properties');
  const [was, is] = [before.additionalProperties, after.additionalProperties];
  if (typeof was === 'object' && typeof is === 'object') nodes(was, is, `${at}.*`, note);
  if (before.items || after.items) nodes(before.items ?? {}, after.items ?? {}, `${at}[]`, note);
}

function action(before: PlanAction, after: PlanAction, at: string, note: Note): void {
  if (before === after) return;
  // block is the first of the actions and pass the last.
  const stricter = PLAN_ACTIONS.indexOf(after) < PLAN_ACTIONS.indexOf(before);
  note(stricter ? 'tightened' : 'loosened', at, `${before} → ${after}`);
}

const RULES = ['missing_property', 'wrong_type', 'wrong_value', 'unplanned_property'] as const;

function sections(plan: TrackingPlan | null): Map<string, PlannedEvent> {
  const found = new Map<string, PlannedEvent>();
  if (!plan) return found;
  for (const [name, planned] of Object.entries(plan.events)) found.set(`events.${name}`, planned);
  for (const kind of ['identify', 'group', 'page', 'screen'] as const) if (plan[kind]) found.set(kind, plan[kind]);
  return found;
}

/**
 * What a plan changes against the one before it, so that who approves it sees what will be refused that was not.
 *
 * Ties  in the order of the names; parts that are in both are compared keyword by keyword
 */
export function diffPlans(before: TrackingPlan | null, after: TrackingPlan): readonly PlanChange[] {
  const changes: PlanChange[] = [];
  const note: Note = (kind, at, what) => void changes.push({ kind, at, what });
  if (before) action(before.unplannedEvents, after.unplannedEvents, 'unplannedEvents', note);
  const [old, fresh] = [sections(before), sections(after)];
  for (const at of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const [was, is] = [old.get(at), fresh.get(at)];
    if (!was) note('added', at, 'event');
    else if (!is) note('removed', at, 'event');
    else {
      nodes(was.schema, is.schema, at, note);
      for (const rule of RULES) {
        const of = (planned: PlannedEvent, plan: TrackingPlan | null): PlanAction =>
          planned.actions?.[rule] ?? plan?.actions[rule] ?? DEFAULT_ACTIONS[rule];
        action(of(was, before), of(is, after), `${at}.actions.${rule}`, note);
      }
    }
  }
  return changes;
}

import { LineCounter, parseDocument } from 'yaml';
import type { ZodError } from 'zod';
import { readShape } from '@kohort/kernel-contracts';
import { planErrors } from './plan-errors';
import { PLAN_LIMITS, planSchema, type TrackingPlan } from './plan.schema';
import { schemaFaults } from './compile-plan';

const MAX_ISSUES = 20;

/** Levels that a whole plan may have: its own, and two for each level of a schema. */
const MAX_DEPTH = PLAN_LIMITS.nesting * 2 + 4;

/** Looks at size and depth without recursion, before anything that recurses is given the data. */
function shapeFault(data: unknown): string | null {
  const stack: { readonly value: unknown; readonly depth: number }[] = [{ value: data, depth: 0 }];
  const open = new Set<unknown>();
  let nodes = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { value, depth } = top;
    if (typeof value !== 'object' || value === null) continue;
    nodes += 1;
    // An alias of YAML may make one object stand in many places, or in itself.
    if (open.has(value)) return 'a part of it stands in two places; write it out';
    open.add(value);
    if (nodes > PLAN_LIMITS.nodes) return `more than ${PLAN_LIMITS.nodes} parts`;
    if (depth > MAX_DEPTH) return `nested deeper than ${PLAN_LIMITS.nesting} levels`;
    for (const inner of Object.values(value)) stack.push({ value: inner, depth: depth + 1 });
  }
  return null;
}

function issueTexts(error: ZodError, place: (path: readonly PropertyKey[]) => string): string[] {
  return error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => `${place(path)}${path.join('.')}: ${message}`);
}

function planOf(data: unknown, place: (path: readonly PropertyKey[]) => string): TrackingPlan {
  const shape = shapeFault(data);
  if (shape !== null) throw planErrors.PLAN_INVALID({ issues: [shape] });
  const parsed = readShape(planSchema, data);
  if (!parsed.success) throw planErrors.PLAN_INVALID({ issues: issueTexts(parsed.error, place) });
  const faults = schemaFaults(parsed.data);
  if (faults.length > 0) throw planErrors.PLAN_INVALID({ issues: faults.slice(0, MAX_ISSUES) });
  return parsed.data;
}

/**
 * Checks a plan that was given as data: its shape, its patterns, and that its schemas compile.
 *
 * Throws  PLAN_INVALID with every issue (at most 20) and its path
 */
export function planFromData(data: unknown): TrackingPlan {
  return planOf(data, () => '');
}

/**
 * Reads a plan from YAML or JSON text.
 *
 * Throws  PLAN_INVALID with line and column, also when the text is no YAML
 */
export function parsePlan(text: string): TrackingPlan {
  if (text.length > PLAN_LIMITS.textChars) throw planErrors.PLAN_INVALID({ issues: ['the text is too long'] });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: false, logLevel: 'error' });
  const fault = document.errors[0];
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    const reason = fault.message.split('\n')[0] ?? '';
    throw planErrors.PLAN_INVALID({ issues: [reason], line, column: col }, { cause: fault });
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw planErrors.PLAN_INVALID({ issues: [cause instanceof Error ? cause.message : String(cause)] }, { cause });
  }
  const place = (path: readonly PropertyKey[]): string => {
    const node = document.getIn([...path], true);
    const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : undefined;
    const at: unknown = Array.isArray(range) ? range[0] : undefined;
    if (typeof at !== 'number') return '';
    const { line, col } = lines.linePos(at);
    return `line ${line}, column ${col}: `;
  };
  return planOf(data, place);
}

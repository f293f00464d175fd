import type { ModelOutcome } from '../definitions/apply-models';
import type { ModelPlan, ModelStep } from '../definitions/plan-models';

const MARKS = { create: '+', change: '~', unchanged: '=' } as const;

function changes({ before, desired, fields }: ModelStep): readonly string[] {
  const shown = (value: unknown): string => JSON.stringify(value) ?? 'none';
  if (before === null) return [`algorithm: ${desired.algorithm}, k: ${shown(desired.k)}`];
  return fields.map((field) => `${field}: ${shown(before[field])} → ${shown(desired[field])}`);
}

/** What a plan does to clusterings, for people; nothing where it does nothing. */
export function modelAccount({ steps, onlyThere }: ModelPlan): readonly string[] {
  const open = steps.filter(({ action }) => action !== 'unchanged');
  const left = onlyThere.length === 0 ? [] : [`models only in the workspace, left alone: ${onlyThere.join(', ')}`];
  return [
    ...open.flatMap((step) => [
      `${MARKS[step.action]} ${step.action} model ${step.key}`,
      ...changes(step).map((line) => `    ${line}`),
    ]),
    ...left,
  ];
}

const DID = { create: 'fitted', change: 'changed', unchanged: 'left' } as const;

/** One applied clustering. */
export function modelOutcomeAccount({ key, action, result }: ModelOutcome): string {
  return result === 'already' ? `= model ${key} is ${DID[action]} already` : `✓ ${DID[action]} model ${key}`;
}

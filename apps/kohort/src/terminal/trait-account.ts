import type { FeatureStep } from '@kohort/features-domain';
import type { TraitOutcome } from '../definitions/apply-traits';
import type { TraitCounts, TraitPlan } from '../definitions/plan-traits';
import { count } from './account';

const MARKS = { create: '+', change: '~', remove: '-', unchanged: '=' } as const;

function people(counts: TraitCounts | undefined): string {
  if (counts === undefined) return '';
  const { people: all, known, changed } = counts;
  return `: a value for ${count(known)} of ${count(all)} people, another than now for ${count(changed)}`;
}

function changes({ before, desired, fields }: FeatureStep): readonly string[] {
  const shown = (value: unknown): string => JSON.stringify(value);
  if (before === null && desired !== null) return [`+ formula: ${shown(desired.formula)}`];
  if (before === null || desired === null) return [];
  return fields.map((field) => `${field}: ${shown(before[field])} → ${shown(desired[field])}`);
}

/** What a plan does to computed traits, for people; nothing where it does nothing. */
export function traitAccount(plan: TraitPlan): readonly string[] {
  const steps = plan.steps.filter(({ action }) => action !== 'unchanged');
  const left = plan.onlyThere.length === 0 ? [] : [`only in the workspace, left alone: ${plan.onlyThere.join(', ')}`];
  if (steps.length + left.length === 0) return [];
  return [
    ...steps.flatMap((step) => [
      `${MARKS[step.action]} ${step.action} trait ${step.key}${people(plan.counts.get(step.key))}`,
      ...changes(step).map((line) => `    ${line}`),
    ]),
    ...left,
    `computed traits: version ${plan.version}${steps.length === 0 ? '' : ', a new one when this is applied'}`,
  ];
}

const DID = { create: 'created', change: 'changed', remove: 'removed', unchanged: 'left' } as const;

/** One applied trait. */
export function traitOutcomeAccount({ key, action, result }: TraitOutcome): string {
  return result === 'already' ? `= trait ${key} is ${DID[action]} already` : `✓ ${DID[action]} trait ${key}`;
}

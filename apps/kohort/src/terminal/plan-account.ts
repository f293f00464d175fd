import { printRule, type SegmentStep } from '@kohort/segments-domain';
import type { StepOutcome } from '../definitions/apply-step';
import { isDone, type CountedPlan } from '../definitions/make-plan';
import { planTotals } from '../definitions/plan-file';
import type { StepCounts } from '../definitions/step-counts';
import { count } from './account';
import { modelAccount } from './model-account';
import { traitAccount } from './trait-account';

const MARKS = { create: '+', change: '~', archive: '-', unchanged: '=' } as const;

function people(counts: StepCounts | undefined, action: SegmentStep['action']): string {
  if (counts === undefined) return '';
  const { now, entering, leaving, wouldBeHeld, reason } = counts;
  if (entering === null || leaving === null) return `how many people is known once it is applied (${reason ?? ''})`;
  if (action === 'create') return `${count(entering)} people`;
  if (entering === 0 && leaving === 0) return `${count(now)} people stay`;
  const held = wouldBeHeld ? '; more than 30 % would leave: held until released' : '';
  return `${count(now)} people now, +${count(entering)} −${count(leaving)}${held}`;
}

/** What goes to destinations, in people and requests. */
function syncLines(counts: StepCounts | undefined): readonly string[] {
  return (counts?.syncs ?? []).map(({ destination, adds, removes, calls }) => {
    const requests = calls.map((one) => `${count(one.calls)} × ${one.action} (${one.operation} ${count(one.records)})`);
    return `→ ${destination}: +${count(adds)} −${count(removes)}, requests: ${requests.join(', ') || 'none'}`;
  });
}

const ruleLines = (step: SegmentStep['before']): readonly string[] =>
  step === null ? [] : printRule(step.rule).trimEnd().split('\n');

/** The rule's lines, those that go with a minus and those that come with a plus; common ends are shown once. */
function ruleChange(before: readonly string[], after: readonly string[]): readonly string[] {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...after.slice(0, head).map((line) => `  ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `- ${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+ ${line}`),
    ...after.slice(after.length - tail).map((line) => `  ${line}`),
  ];
}

const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

function wordChanges({ before, desired, fields }: SegmentStep): readonly string[] {
  if (before === null || desired === null) return [];
  const values = (one: NonNullable<SegmentStep['before']>) => ({
    label: one.label,
    description: one.description,
    tags: one.tags.join(', '),
    purpose: one.purpose,
    refreshMinutes: one.refreshMinutes,
    draft: one.isDraft,
  });
  const [was, wanted] = [values(before), values(desired)];
  return fields.flatMap((field) =>
    field === 'rule' ? [] : [`${field}: ${shown(was[field])} → ${shown(wanted[field])}`],
  );
}

function stepAccount(step: SegmentStep, counts: StepCounts | undefined): string {
  const { action, key, desired, before, fields } = step;
  const moved = people(counts, action);
  const isRuleShown = action === 'create' || fields.includes('rule');
  const lines = [
    ...wordChanges(step),
    ...(isRuleShown ? ruleChange(ruleLines(before), ruleLines(desired)) : []),
    ...syncLines(counts),
    ...(counts?.warnings ?? []).map((warning) => `warning: ${warning}`),
  ];
  const draft = action === 'create' && desired?.isDraft === true ? ' (draft)' : '';
  return [
    `${MARKS[action]} ${action} ${key}${draft}${moved === '' ? '' : `: ${moved}`}`,
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}

/** The plan for people: what is made, changed and archived, with rules and numbers of people; the rest is counted. */
export function planAccount(plan: CountedPlan): string {
  const totals = planTotals(plan.steps);
  const steps = plan.steps.filter(({ action }) => action !== 'unchanged');
  const kept = plan.onlyThere;
  return [
    ...traitAccount(plan.traits),
    ...modelAccount(plan.models),
    ...steps.map((step) => stepAccount(step, plan.counts.get(step.key))),
    ...(kept.length === 0 ? [] : [`only in the workspace, left alone (--prune archives them): ${kept.join(', ')}`]),
    steps.length === 0
      ? `${isDone(plan) ? 'nothing to do' : 'nothing to do to segments'}: ${totals.unchanged} unchanged`
      : `plan ${plan.fingerprint.slice(0, 12)}: ${totals.create} to create, ${totals.change} to change, ${totals.archive} to archive, ${totals.unchanged} unchanged`,
  ].join('\n');
}

/** One applied step, as it ends. */
export function outcomeAccount({ action, key, result, reason }: StepOutcome): string {
  if (result === 'held') return `! held ${key}: ${reason ?? ''} (apply again with --release ${key} if it is meant)`;
  const did = { create: 'created', change: 'changed', archive: 'archived', unchanged: 'left' }[action];
  return result === 'already' ? `= ${key} is ${did} already` : `✓ ${did} ${key}`;
}

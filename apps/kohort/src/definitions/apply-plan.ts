import { progressOf, type SegmentPlan, type SegmentStep } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { applyStep, type StepOutcome } from './apply-step';
import { definitionErrors } from './definition-errors';
import { workspaceSegments } from './workspace-segments';

export interface ApplyOptions {
  /** Keys whose publishing the guard is not to hold. */
  readonly release: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onStep: (outcome: StepOutcome) => void;
}

/**
 * Applies a plan: every segment in it is as it was planned with, or on its way to what is wanted, before anything is
 * done. What an earlier apply of the plan has done is found and left, so that a broken-off apply goes on where it was.
 *
 * Order   what is named before what names it; archiving last
 * Throws  PLAN_STALE, naming segment and fields, when somebody has changed one since; nothing is done then
 */
export async function applyPlan(
  client: GatewayClient,
  plan: SegmentPlan,
  options: ApplyOptions,
): Promise<readonly StepOutcome[]> {
  const standing = await workspaceSegments(client);
  const states = plan.steps.map((step) => {
    const now = standing.segments.get(step.key) ?? null;
    const progress = progressOf(step, now);
    const isGone = step.action === 'create' && standing.archived.has(step.key);
    if (progress.state === 'stale' || isGone) {
      const fields = progress.state === 'stale' ? progress.fields.join(', ') : 'archived';
      throw definitionErrors.PLAN_STALE({ key: step.key, fields });
    }
    return { step, now, isDone: progress.state === 'done' };
  });
  const outcomes: StepOutcome[] = [];
  const record = (outcome: StepOutcome): void => {
    outcomes.push(outcome);
    options.onStep(outcome);
  };
  const already = ({ key, action }: SegmentStep): StepOutcome => ({ key, action, result: 'already', reason: null });
  for (const { step, now, isDone } of states) {
    options.signal.throwIfAborted();
    if (step.action === 'unchanged') continue;
    if (isDone) record(already(step));
    else record(await applyStep(client, step, { now, release: options.release.has(step.key) }));
  }
  return outcomes;
}

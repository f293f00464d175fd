import {
  eventLabel,
  type NormalisedMessage,
  type PlanRule,
  type PlanVerdict,
  type RefusedItem,
} from '@kohort/kernel-contracts';

/** Reason of a message that a tracking plan blocked: the rule of its first violation. */
export function planCode(plan: PlanVerdict): `plan_${PlanRule}` {
  return `plan_${plan.violations[0]?.rule ?? 'wrong_value'}`;
}

/** A message that a tracking plan blocked, as it is kept. */
export function blockedItem(message: NormalisedMessage, plan: PlanVerdict, payload: string | null): RefusedItem {
  const field = plan.violations[0]?.path ?? '';
  return {
    verdict: 'quarantined',
    code: planCode(plan),
    field,
    payload,
    plan: { ...plan, event: eventLabel(message) },
  };
}

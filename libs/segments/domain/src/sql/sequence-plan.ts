import type { ParsedCondition, ParsedSequence, ParsedWithout } from '../rule/parsed-rule';

/** A comparison with an earlier step: the places of both properties among those gathered. */
export interface PlannedRef {
  readonly op: ParsedCondition['op'];
  readonly own: number;
  readonly step: number;
  readonly other: number;
}

/** What must not happen, with its place among the sequence's. */
export interface PlannedWithout {
  readonly rule: ParsedWithout;
  readonly index: number;
  readonly refs: readonly PlannedRef[];
}

/** How a sequence is sought in SQL. */
export interface SequencePlan {
  readonly parsed: ParsedSequence;
  /** Properties that comparisons between events need, each once. */
  readonly paths: readonly { readonly text: string; readonly steps: readonly (string | number)[]; isTime: boolean }[];
  readonly refs: readonly (readonly PlannedRef[])[];
  readonly without: readonly PlannedWithout[];
  /** For each step, the steps before its predecessor that something from it on still looks at. */
  readonly live: readonly (readonly number[])[];
}

/** Whether a rule about what follows a step can be settled by looking at that step's event alone. */
export function isSettledAlone({ rule, refs }: PlannedWithout): boolean {
  return rule.before === null && refs.every(({ step }) => step === rule.after);
}

function liveSteps(plan: Omit<SequencePlan, 'live'>): readonly (readonly number[])[] {
  return [...plan.parsed.steps.keys(), plan.parsed.steps.length].map((from) => {
    const looked = new Set<number>();
    plan.refs.slice(from).forEach((refs) => refs.forEach(({ step }) => looked.add(step)));
    for (const without of plan.without) {
      const { rule, refs } = without;
      if ((rule.before ?? rule.after) < from || isSettledAlone(without)) continue;
      looked.add(rule.after);
      refs.forEach(({ step }) => looked.add(step));
    }
    return [...looked].filter((step) => step < from - 1).sort((a, b) => a - b);
  });
}

/** Prepares a sequence for SQL. */
export function planSequence(parsed: ParsedSequence): SequencePlan {
  const names = parsed.steps.map(({ as }) => as);
  const paths: { text: string; steps: readonly (string | number)[]; isTime: boolean }[] = [];
  const place = (text: string, steps: readonly (string | number)[], isTime: boolean): number => {
    const key = JSON.stringify(steps);
    const known = paths.findIndex((path) => JSON.stringify(path.steps) === key);
    if (known < 0) return paths.push({ text, steps, isTime }) - 1;
    paths[known] = { text, steps, isTime: isTime || paths[known]?.isTime === true };
    return known;
  };
  const refsOf = (where: readonly ParsedCondition[]): readonly PlannedRef[] =>
    where.flatMap(({ path, op, ref }) => {
      if (ref === null) return [];
      const isTime = op === 'before' || op === 'after';
      const own = place(path.text, path.steps, isTime);
      return [{ op, own, step: names.indexOf(ref.step ?? ''), other: place(ref.text, ref.steps, isTime) }];
    });
  const refs = parsed.steps.map(({ event }) => refsOf(event.where));
  const without = parsed.without.map((rule, index) => ({ rule, index, refs: refsOf(rule.event.where) }));
  const plan = { parsed, paths, refs, without };
  return { ...plan, live: liveSteps(plan) };
}

import type { RuleToServe, SegmentStore, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { parseRule, segmentsErrors, segmentsNamed, type ParsedRule } from '@kohort/segments-domain';
import { segmentsFlowErrors } from './segments-flow-errors';

/** Keys that lead from a segment back to itself, it first and last; null when none do. */
export function circleOf(key: string, rules: ReadonlyMap<string, ParsedRule>): readonly string[] | null {
  const seen = new Set<string>();
  const visit = (at: string, trail: readonly string[]): readonly string[] | null => {
    const rule = rules.get(at);
    for (const name of rule === undefined ? [] : segmentsNamed(rule)) {
      if (name === key) return [...trail, at, key];
      if (seen.has(name)) continue;
      seen.add(name);
      const found = visit(name, [...trail, at]);
      if (found !== null) return found;
    }
    return null;
  };
  return visit(key, []);
}

/** Rules that serve, or are going to. */
interface RulesBeside {
  readonly segments: readonly RuleToServe[];
}

/** By the value itself: the same one is given out as long as nothing changes. */
const parsedOf = new WeakMap<RulesBeside, ReadonlyMap<string, ParsedRule>>();

function parsedRules(live: RulesBeside): ReadonlyMap<string, ParsedRule> {
  const known = parsedOf.get(live);
  if (known !== undefined) return known;
  const parsed = new Map<string, ParsedRule>();
  for (const { key, rule } of live.segments) {
    try {
      parsed.set(key, parseRule(rule, key));
    } catch (thrown) {
      // What cannot be read names nothing.
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
    }
  }
  parsedOf.set(live, parsed);
  return parsed;
}

/**
 * Refuses a rule that would name itself through others, if it served beside these.
 *
 * Cost    a rule that names no segment costs its parsing alone
 * Throws  SEGMENTS_SEGMENT_CYCLE with the path; SEGMENTS_RULE_…
 */
export function refuseCircle({ key, rule }: RuleToServe, live: RulesBeside): void {
  const parsed = parseRule(rule, key);
  if (segmentsNamed(parsed).size === 0) return;
  const circle = circleOf(key, new Map([...parsedRules(live), [key, parsed]]));
  if (circle !== null)
    throw segmentsErrors.SEGMENTS_SEGMENT_CYCLE({ segment: key, node: 'where', path: circle.join(' → ') });
}

/**
 * What a version failed by; where that is a circle which versions open that are being filled elsewhere, a failure that is
 * tried again behind them.
 */
export async function unlessItOpens(
  store: Pick<SegmentStore, 'rulesToServe'>,
  { workspaceId, rule }: { readonly workspaceId: WorkspaceId; readonly rule: RuleToServe },
  thrown: unknown,
): Promise<unknown> {
  if (!isAppError(thrown) || thrown.code !== 'SEGMENTS_SEGMENT_CYCLE') return thrown;
  try {
    refuseCircle(rule, { segments: await store.rulesToServe(workspaceId) });
    return segmentsFlowErrors.SEGMENTS_CIRCLE_OPENS({ key: rule.key, path: thrown.message });
  } catch (again) {
    return isAppError(again) ? thrown : again;
  }
}

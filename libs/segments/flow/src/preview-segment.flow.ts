import { z } from 'zod';
import {
  profileIdSchema,
  type ColumnParameters,
  type ColumnStore,
  type JobControl,
  type Json,
  type ProfileId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Clock } from '@kohort/kernel-clock-random';
import {
  compilePreview,
  compileRules,
  isBatchOnly,
  parseRule,
  printConditions,
  type PreviewCondition,
} from '@kohort/segments-domain';
import { refuseCircle } from './circles';
import type { SegmentsDeps } from './evaluate-profiles';
import { rulesByKey } from './live-rule-set';
import { segmentsFlowErrors } from './segments-flow-errors';

/** What a preview needs beside the store of memberships. */
export interface PreviewDeps extends SegmentsDeps {
  readonly columns: ColumnStore;
  /** Brings the column store up to date; false when it could not, or not in time: then it is asked as it stands. */
  readonly refresh: (workspaceId: WorkspaceId, control?: JobControl) => Promise<boolean>;
  readonly clock: Clock;
}

/** Which rule, and what it is held against. */
export interface PreviewRequest {
  readonly workspaceId: WorkspaceId;
  readonly rule: Json;
  /** Key of the segment that the rule is a draft of; null for a new one. */
  readonly key: string | null;
  /** Keys of segments; at most 20. */
  readonly compare: readonly string[];
}

/** A condition with its counts. */
export interface ConditionCount extends PreviewCondition {
  /** The condition in the text form. */
  readonly text: string;
  /** Who meets it, whatever the other conditions say. */
  readonly people: number;
  /** Members if it were not there; null for the rule itself. */
  readonly membersWithout: number | null;
}

/** A segment beside the members. */
export interface PreviewOverlap {
  readonly key: string;
  readonly size: number;
  readonly shared: number;
  /** Some of the members who are not in it, and some of those in it who are no members. */
  readonly onlyMembers: readonly ProfileId[];
  readonly onlyOther: readonly ProfileId[];
}

/** What a rule would select. */
export interface SegmentPreview {
  /** Epoch milliseconds. */
  readonly evaluatedAt: number;
  readonly people: number;
  readonly members: number;
  /** The rule first, then as it is written, parents before children. */
  readonly conditions: readonly ConditionCount[];
  /** The condition without which there would be most members more; null when each of them removes nobody. */
  readonly strongest: string | null;
  readonly sample: readonly ProfileId[];
  readonly overlap: readonly PreviewOverlap[];
  readonly sql: string;
  readonly params: ColumnParameters;
  /** False when the column store may be behind, or more people are suppressed than a statement can name. */
  readonly isExact: boolean;
  readonly loadMs: number;
  readonly queryMs: number;
}

const SAMPLE = 20;
const MOST_COMPARED = 20;

/** Suppressed people whom one statement names. */
export const MOST_EXCLUDED = 20_000;

const count = z.coerce.number();
const rowSchema = z.object({
  tied: count,
  people: count,
  members: count,
  counts: z.array(count),
  counts_without: z.array(count),
  sizes: z.array(count),
  shared: z.array(count),
  sample: z.array(profileIdSchema),
  entering: z.array(z.array(profileIdSchema)),
  leaving: z.array(z.array(profileIdSchema)),
});

function strongestOf(conditions: readonly ConditionCount[], members: number): string | null {
  let most: { id: string; removes: number } | null = null;
  for (const { id, membersWithout } of conditions) {
    const removes = (membersWithout ?? members) - members;
    if (removes > (most?.removes ?? 0)) most = { id, removes };
  }
  return most?.id ?? null;
}

/**
 * Counts whom a rule would select, condition by condition, in one pass over the column store.
 *
 * Cost    one load of what is new, one statement; both end when the signal says so
 * Throws  SEGMENTS_RULE_…, SEGMENTS_NODE_UNSUPPORTED (a condition that no set statement can answer yet),
 *         SEGMENTS_SEGMENT_UNKNOWN, SEGMENTS_SEGMENT_CYCLE, SEGMENTS_COMPARE_TOO_MANY, COLUMNS_…
 */
export async function previewSegment(
  deps: PreviewDeps,
  request: PreviewRequest,
  control?: JobControl,
): Promise<SegmentPreview> {
  const { workspaceId, key, compare } = request;
  if (compare.length > MOST_COMPARED) throw segmentsFlowErrors.SEGMENTS_COMPARE_TOO_MANY({ limit: MOST_COMPARED });
  const rule = parseRule(request.rule, key ?? undefined);
  const { now, rules } = await deps.store.read(workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const { timezone } = rules;
  if (key !== null) refuseCircle({ key, rule: request.rule }, rules);
  const segments = rulesByKey(deps.ruleSets.of(rules).segments.filter((segment) => segment.key !== key));
  if (!isBatchOnly(rule))
    compileRules([{ rule, ...(key === null ? {} : { key }) }], {
      ...{ segments, otherSegments: 'membership', timezone },
      entity: rule.entity,
    });
  const suppressed = await deps.store.suppressed(workspaceId, MOST_EXCLUDED + 1);
  const excluded = suppressed.slice(0, MOST_EXCLUDED);
  const scope = { workspaceId, nowMs: now, timezone, segments };
  const options = { ...scope, compare, sample: SAMPLE, excluded };
  const startedAt = deps.clock.now();
  const isFresh = await deps.refresh(workspaceId, control);
  const askedAt = deps.clock.now();
  const asked = async (untied: boolean) => {
    const compiled = compilePreview(rule, { ...options, untied });
    const [found] = await deps.columns.query(compiled.sql, compiled.params, (each) => rowSchema.parse(each), control);
    if (found === undefined) throw segmentsFlowErrors.SEGMENTS_PREVIEW_EMPTY();
    return { ...compiled, row: found };
  };
  const quick = await asked(true);
  // Values of one instant that disagree are rare, and cost a second, slower look.
  const { row, conditions, sql, params } = quick.row.tied === 0 ? quick : await asked(false);
  const texts = printConditions(request.rule);
  const counts = conditions.map((condition, i) => ({
    ...condition,
    text: texts.get(condition.id) ?? condition.id,
    people: row.counts[i] ?? 0,
    membersWithout: i === 0 ? null : (row.counts_without[i - 1] ?? 0),
  }));
  return {
    evaluatedAt: now,
    people: row.people,
    members: row.members,
    conditions: counts,
    strongest: strongestOf(counts, row.members),
    sample: row.sample,
    overlap: compare.map((other, i) => ({
      key: other,
      size: row.sizes[i] ?? 0,
      shared: row.shared[i] ?? 0,
      onlyMembers: row.entering[i] ?? [],
      onlyOther: row.leaving[i] ?? [],
    })),
    sql,
    params,
    isExact: isFresh && suppressed.length <= MOST_EXCLUDED,
    loadMs: askedAt - startedAt,
    queryMs: deps.clock.now() - askedAt,
  };
}

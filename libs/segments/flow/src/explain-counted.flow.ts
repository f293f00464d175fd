import { z } from 'zod';
import type { ColumnStore, Json, JsonObject, ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import { compileStanding, formatInstant, isBatchOnly, parseRule, type ParsedNode } from '@kohort/segments-domain';
import type { SegmentsDeps } from './evaluate-profiles';
import { compileLiveRules, rulesByKey } from './live-rule-set';

/** What a count knows of one person. `proof` as a person's, with `countedAt`. */
export interface CountedExplanation {
  /** Epoch milliseconds: the instant that was counted. */
  readonly evaluatedAt: number;
  readonly member: boolean;
  readonly proof: JsonObject;
}

/** Where somebody stands in a ranking. */
const rankSchema = z.object({
  place: z.coerce.number(),
  ranked: z.coerce.number(),
  last: z.coerce.number(),
  value: z.string(),
});
const answersSchema = z.record(z.string(), z.coerce.number());

type Rank = z.infer<typeof rankSchema>;

function valuesOf(node: ParsedNode, rank: Rank | undefined): readonly Json[] {
  if (node.kind === 'sql') return [{ predicate: node.text }];
  if (node.kind !== 'top') return [];
  const size: JsonObject = node.n === null ? { percent: node.percent } : { n: node.n };
  if (rank === undefined) return [{ ...size, rank: null, value: null }];
  return [{ ...size, rank: rank.place, ranked: rank.ranked, lastRank: rank.last, value: Number(rank.value) }];
}

/**
 * Explains a membership in a segment whose rule ranks everybody or holds a predicate: asked of the column store for the
 * instant at which its members were counted, over the records that are known now. Null for any other segment, and for one
 * that does not serve.
 *
 * Cost    one statement, and one for each ranking
 * Throws  COLUMNS_…
 */
export async function explainCounted(
  deps: SegmentsDeps & { readonly columns: ColumnStore },
  of: { readonly workspaceId: WorkspaceId; readonly profileId: ProfileId; readonly segmentKey: string },
): Promise<CountedExplanation | null> {
  const { workspaceId, profileId, segmentKey } = of;
  const { now, rules } = await deps.store.read(workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const live = rules.segments.find(({ key }) => key === segmentKey);
  if (live === undefined) return null;
  const rule = parseRule(live.rule, segmentKey);
  if (!isBatchOnly(rule)) return null;
  const version = await deps.store.versionToFill(workspaceId, live.segmentId, live.version);
  const nowMs = version?.countedAt ?? now;
  const segments = rulesByKey(compileLiveRules(rules).segments);
  const options = { workspaceId, nowMs, timezone: rules.timezone, key: segmentKey, segments };
  const { nodes, answers, ranks } = compileStanding(rule, options, profileId);
  const [held = {}] = await deps.columns.query(answers.sql, answers.params, (row) => answersSchema.parse(row));
  const found = new Map<string, Rank>();
  for (const [id, { sql, params }] of ranks) {
    const [rank] = await deps.columns.query(sql, params, (row) => rankSchema.parse(row));
    if (rank !== undefined) found.set(id, rank);
  }
  const shown = nodes.map((node, i) => ({
    id: node.id,
    result: held[`r${i}`] === 1,
    values: valuesOf(node, found.get(node.id)),
    eventIds: [],
    count: null,
    window: null,
  }));
  return {
    evaluatedAt: nowMs,
    member: shown[0]?.result === true,
    proof: { countedAt: formatInstant(nowMs), nodes: shown, flip: null },
  };
}

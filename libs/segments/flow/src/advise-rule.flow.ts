import { z } from 'zod';
import {
  RESERVED_TRAITS,
  type ColumnStore,
  type Json,
  type JobControl,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import {
  doubtfulConditions,
  estimateCost,
  idleConditions,
  isBatchOnly,
  namesUsed,
  parseRule,
  unknownNames,
  type RuleCost,
  type RuleWarning,
} from '@kohort/segments-domain';
import type { SegmentsDeps } from './evaluate-profiles';
import { seenRecords } from './seen-records';

/** What advice needs: the rules that serve, and the column store for what has been seen. */
export interface AdviceDeps extends Pick<SegmentsDeps, 'store'> {
  readonly columns: ColumnStore;
}

/** What can be said of a rule without asking it of anybody. */
export interface RuleAdvice {
  /** In the order of the rule's nodes; names before what is asked of them, and these before what asks nothing. */
  readonly warnings: readonly RuleWarning[];
  /** Of one pass over everybody, as a preview or a back-fill makes it. */
  readonly cost: RuleCost;
  /** True when it is answered for everybody at once only, and follows no record as it comes. */
  readonly batchOnly: boolean;
}

/** Which rule, and the keys of computed traits that no rule sees, for they are not live. */
export interface AdviceRequest {
  readonly workspaceId: WorkspaceId;
  readonly rule: Json;
  readonly asleep: readonly string[];
}

/** Names that are looked at; a workspace with more has other worries. */
const MOST_NAMES = 10_000;

/** Counted without looking for rows that were replaced: names and orders of magnitude are what matters. */
const NAMES = `
  SELECT 'event' AS kind, toString(name) AS word, toString(count()) AS n FROM events
  WHERE workspace_id = {workspaceId:UUID} AND name != '' GROUP BY name
  UNION ALL
  SELECT 'trait' AS kind, toString(key) AS word, toString(count()) AS n FROM trait_rows
  WHERE workspace_id = {workspaceId:UUID} AND key NOT IN ('${RESERVED_TRAITS.join("', '")}') GROUP BY key
  UNION ALL
  SELECT 'model' AS kind, toString(model_key) AS word, toString(count()) AS n FROM score_rows
  WHERE workspace_id = {workspaceId:UUID} GROUP BY model_key
  UNION ALL
  SELECT 'people' AS kind, '' AS word, toString(uniq(profile_id)) AS n FROM events
  WHERE workspace_id = {workspaceId:UUID}`;

const rowSchema = z.object({
  kind: z.enum(['event', 'trait', 'model', 'people']),
  word: z.string(),
  n: z.coerce.number(),
});

/**
 * Says of a rule which names nobody has seen so far, with the nearest known ones, which conditions hold for nobody by
 * the properties, kinds and values that are stored, and what a pass over everybody costs.
 *
 * Cost    one statement over the names' columns, one over some records of each name that the rule uses
 * Throws  SEGMENTS_RULE_… when it is no rule; COLUMNS_…
 */
export async function adviseRule(deps: AdviceDeps, request: AdviceRequest, control?: JobControl): Promise<RuleAdvice> {
  const { workspaceId } = request;
  const rule = parseRule(request.rule);
  const { served, drafts, archived } = await deps.store.segmentKeys(workspaceId);
  const sql = `SELECT * FROM (${NAMES}) LIMIT ${MOST_NAMES}`;
  const rows = await deps.columns.query(sql, { workspaceId }, (row) => rowSchema.parse(row), control);
  const of = (kind: string): ReadonlyMap<string, number> =>
    new Map(rows.filter((row) => row.kind === kind).map(({ word, n }) => [word, n]));
  const [events, traits] = [of('event'), of('trait')];
  const known = {
    event: [...events.keys()].sort(),
    trait: [...traits.keys()].sort(),
    model: [...of('model').keys()].sort(),
    segment: served,
  };
  const used = (kind: string, rows: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
    const names = new Set(namesUsed(rule).flatMap((one) => (one.kind === kind ? [one.name] : [])));
    return new Map([...rows].filter(([name]) => names.has(name)));
  };
  const names = { events: used('event', events), traits: used('trait', traits) };
  const seen = await seenRecords(deps.columns, { workspaceId, ...names }, control);
  return {
    warnings: [
      ...unknownNames(rule, known, { asleep: request.asleep, drafts, archived }),
      ...doubtfulConditions(rule, seen),
      ...idleConditions(rule),
    ],
    cost: estimateCost(rule, { profiles: of('people').get('') ?? 0, events, traits }),
    batchOnly: isBatchOnly(rule),
  };
}

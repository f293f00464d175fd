import type { MembershipExplainer } from '@kohort/gateway-resolvers';
import type { ColumnStore, Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { segmentStore, type Database } from '@kohort/platform-postgres';
import { RuleSets, explainCounted, explainMembership } from '@kohort/segments-flow';
import { z } from 'zod';

const json: z.ZodType<Json> = z.json();
/** What a segment without a live rule, and a profile that is gone, say: there is nothing to work out now. */
const NOTHING_LIVE: readonly string[] = ['SEGMENTS_SEGMENT_NOT_LIVE', 'SEGMENTS_PROFILE_MISSING'];

/**
 * Works out one membership: now, by the evaluator that keeps all of them; of a segment that is counted over everybody, by
 * the column store, for the instant of the count.
 */
export function membershipExplainer(database: Database, columns: ColumnStore | null): MembershipExplainer {
  const deps = { store: segmentStore(database), ruleSets: new RuleSets() };
  return {
    async explain(workspaceId, asked) {
      try {
        const found = await explainMembership(deps, { workspaceId, ...asked });
        const { evaluatedAt, member, nextChangeAt } = found;
        return { evaluatedAt, member, nextChangeAt, proof: json.parse(structuredClone(found.proof)) };
      } catch (thrown) {
        if (!isAppError(thrown) || !NOTHING_LIVE.includes(thrown.code)) throw thrown;
        const counted = columns && (await explainCounted({ ...deps, columns }, { workspaceId, ...asked }));
        return counted && { ...counted, nextChangeAt: null };
      }
    },
  };
}

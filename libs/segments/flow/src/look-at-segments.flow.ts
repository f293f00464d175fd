import { z } from 'zod';
import type { JobControl, WorkspaceId } from '@kohort/kernel-contracts';
import type { PreviewDeps } from './preview-segment.flow';

const count = z.coerce.number();
const pairsSchema = z.object({ pairs: z.array(count) });

/**
 * How many people each two segments share, of the pairs (i, j) with i ≤ j in the order of the keys, each segment with
 * itself first; null when the column store could not be brought up to date. Each person is one bit mask of the segments
 * that they are in; pairs are counted over the masks that occur.
 *
 * Cost    one reading of the members, no matter how many segments
 */
export async function overlapOfSegments(
  deps: PreviewDeps,
  request: { readonly workspaceId: WorkspaceId; readonly keys: readonly string[] },
  control?: JobControl,
): Promise<readonly number[] | null> {
  const { workspaceId, keys } = request;
  if (!(await deps.refresh(workspaceId, control))) return null;
  const pairs = keys.flatMap((_, i) => keys.slice(i).map((_other, j) => [i, i + j] as const));
  const shared = pairs.map(([i, j]) => `sumIf(people, bitTest(mask, ${i}) AND bitTest(mask, ${j}))`);
  const sql = `SELECT arrayMap(x -> toString(x), [${shared.join(', ')}]) AS pairs FROM (
    SELECT mask, count() AS people FROM (
      SELECT profile_id, groupBitOr(bitShiftLeft(toUInt32(1), indexOf({keys:Array(String)}, segment_key) - 1)) AS mask
      FROM memberships WHERE workspace_id = {workspaceId:UUID} AND segment_key IN {keys:Array(String)} GROUP BY profile_id)
    GROUP BY mask)`;
  const [row] = await deps.columns.query(sql, { workspaceId, keys }, (each) => pairsSchema.parse(each), control);
  return row?.pairs ?? pairs.map(() => 0);
}

/** One value, or one range of numbers, of a trait. */
export interface CompositionGroup {
  /** The value; null for a range. */
  readonly value: string | null;
  /** `[from, to)`, the last range with its end; null for a value. */
  readonly from: number | null;
  readonly to: number | null;
  readonly members: number;
  readonly everybody: number;
}

/** What a segment's members are, by one trait, beside everybody. */
export interface SegmentComposition {
  readonly kind: 'numeric' | 'categorical';
  readonly members: number;
  readonly everybody: number;
  /** Members without the trait, and everybody without it. */
  readonly membersWithout: number;
  readonly everybodyWithout: number;
  /** Ranges in their order, else values, the most frequent among the members first. */
  readonly groups: readonly CompositionGroup[];
  /** Members whose value is not among the groups. */
  readonly membersElsewhere: number;
  readonly isExact: boolean;
}

const RANGES = 10;
const VALUES = 25;

/** Numbers of fewer different values are shown value by value. */
const FEW_VALUES = 12;

const summarySchema = z.object({
  members: count,
  everybody: count,
  members_without: count,
  everybody_without: count,
  numbers: count,
  different: count,
  low: z.number().nullable(),
  high: z.number().nullable(),
});
const groupSchema = z.object({ label: z.string(), place: count, members: count, everybody: count });

/** Everybody, in a table, with the latest value of the trait, and whether they are in the segment. */
const withTrait = (everybody: string): string => `SELECT profile_id, max(here) AS is_here, max(member) AS is_member,
    argMaxIf(value, (since, message), present) AS v FROM (
  SELECT profile_id, toUInt8(1) AS here, toUInt8(0) AS member, '' AS value, toDateTime64(0, 3, 'UTC') AS since, '' AS message,
    toUInt8(0) AS present FROM ${everybody} WHERE workspace_id = {workspaceId:UUID}
  UNION ALL SELECT profile_id, toUInt8(0), toUInt8(1), '', toDateTime64(0, 3, 'UTC'), '', toUInt8(0)
    FROM memberships WHERE workspace_id = {workspaceId:UUID} AND segment_key = {key:String}
  UNION ALL SELECT profile_id, toUInt8(0), toUInt8(0), value, valid_from, message_id, toUInt8(1)
    FROM traits WHERE workspace_id = {workspaceId:UUID} AND key = {trait:String}
      AND valid_from <= fromUnixTimestamp64Milli({now:Int64}, 'UTC'))
  GROUP BY profile_id`;
const IS_NUMBER = `(v >= '-' AND v < ':')`;
const IS_MISSING = `v IN ('', 'null')`;

/**
 * What a segment's members are by one trait: numbers in ten ranges of one width between the least and the greatest of
 * everybody, anything else by value.
 *
 * Cost    two statements, each one reading of the trait
 */
export async function composeSegment(
  deps: PreviewDeps,
  request: { readonly workspaceId: WorkspaceId; readonly key: string; readonly trait: string },
  control?: JobControl,
): Promise<SegmentComposition> {
  const { workspaceId, key, trait } = request;
  const isExact = await deps.refresh(workspaceId, control);
  const { now } = await deps.store.read(workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const params = { workspaceId, key, trait, now };
  const { segments } = deps.ruleSets.of(await deps.store.liveRules(workspaceId));
  const isOfAccounts = segments.some((segment) => segment.key === key && segment.parsed.entity === 'account');
  const people = `(${withTrait(isOfAccounts ? 'accounts' : 'profiles')}) WHERE is_here = 1`;
  const number = `if(${IS_NUMBER}, JSONExtractFloat(v), NULL)`;
  const [summary] = await deps.columns.query(
    `SELECT toString(countIf(is_member)) AS members, toString(count()) AS everybody,
      toString(countIf(is_member AND ${IS_MISSING})) AS members_without, toString(countIf(${IS_MISSING})) AS everybody_without,
      toString(countIf(${IS_NUMBER})) AS numbers, toString(uniq(v)) AS different, min(${number}) AS low, max(${number}) AS high
      FROM ${people}`,
    params,
    (row) => summarySchema.parse(row),
    control,
  );
  const { members = 0, everybody = 0, members_without = 0, everybody_without = 0 } = summary ?? {};
  const present = everybody - everybody_without;
  const { numbers = 0, different = 0, low = null, high = null } = summary ?? {};
  const isNumeric = present > 0 && numbers === present && different > FEW_VALUES && low !== null && high !== null;
  const width = isNumeric ? (high - low) / RANGES : 0;
  const place = `toInt32(least(${RANGES - 1}, floor((${number} - {low:Float64}) / {width:Float64})))`;
  const rows = await deps.columns.query(
    `SELECT ${isNumeric ? `'' AS label, ${place} AS place` : `if(startsWith(v, '"'), JSONExtractString(v), v) AS label, 0 AS place`},
      toString(countIf(is_member)) AS members, toString(count()) AS everybody
      FROM ${people} AND NOT ${IS_MISSING} GROUP BY label, place
      ORDER BY ${isNumeric ? 'place' : 'countIf(is_member) DESC, count() DESC, label'} LIMIT ${VALUES}`,
    { ...params, low: low ?? 0, width },
    (row) => groupSchema.parse(row),
    control,
  );
  const groups = rows.map((row) => {
    const [from, to] = isNumeric ? [low + row.place * width, low + (row.place + 1) * width] : [null, null];
    return { value: isNumeric ? null : row.label, from, to, members: row.members, everybody: row.everybody };
  });
  const grouped = groups.reduce((sum, group) => sum + group.members, 0);
  return {
    kind: isNumeric ? 'numeric' : 'categorical',
    members,
    everybody,
    membersWithout: members_without,
    everybodyWithout: everybody_without,
    groups,
    membersElsewhere: members - members_without - grouped,
    isExact,
  };
}

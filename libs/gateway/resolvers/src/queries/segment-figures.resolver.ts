import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  DateTimeScalar,
  SegmentCompositionType,
  SegmentMigrationArgs,
  SegmentMigrationType,
  SegmentOverlapType,
  SegmentType,
  SizeChangeType,
  SizeHistoryType,
  SizeStep,
} from '@kohort/gateway-schema';
import { MAX_COMPARED_SEGMENTS, SIZE_STEPS, type SegmentOverlap, type SegmentRecord } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';

/** These read a stretch of the change log, not an object: a page of segments may ask for them of a few alone. */
const LOG_READ_COST = 50;

/**
 * The segments of these keys, in their order.
 *
 * Throws  GATEWAY_SEGMENTS_OUT_OF_RANGE · GATEWAY_NOT_FOUND
 */
export async function segmentsOf(context: GatewayContext, keys: readonly string[]): Promise<readonly SegmentRecord[]> {
  // Before they are looked up: a variable holds as many keys as fit into a request.
  if (keys.length < 1 || keys.length > MAX_COMPARED_SEGMENTS) throw gatewayErrors.GATEWAY_SEGMENTS_OUT_OF_RANGE();
  const found = await Promise.all(keys.map((key) => context.loaders.segmentByKey.load(key)));
  return found.map((segment) => {
    if (!segment) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
    return segment;
  });
}

/** The pairs as matrices: both halves, and 0 where nobody is shared. */
function matricesOf(segments: readonly SegmentRecord[], pairs: readonly SegmentOverlap[]): SegmentOverlapType {
  const shared = new Map(pairs.flatMap(({ a, b, people }) => [[`${a}/${b}`, people] as const, [`${b}/${a}`, people]]));
  const both = (a: SegmentRecord, b: SegmentRecord): number => shared.get(`${a.id}/${b.id}`) ?? 0;
  const jaccard = (a: SegmentRecord, b: SegmentRecord): number => {
    const any = both(a, a) + both(b, b) - both(a, b);
    return any === 0 ? 0 : both(a, b) / any;
  };
  return {
    keys: segments.map(({ key }) => key),
    people: segments.map((a) => segments.map((b) => both(a, b))),
    jaccard: segments.map((a) => segments.map((b) => jaccard(a, b))),
  };
}

/** Of the column store where there is one and it is up to date: the same figures, in a fraction of the time. */
async function pairsOf(
  context: GatewayContext,
  segments: readonly SegmentRecord[],
): Promise<readonly SegmentOverlap[]> {
  const { previews, deadlineMs } = context.services;
  const { workspaceId } = callerOf(context);
  const keys = segments.map(({ key }) => key);
  const pairs = segments.flatMap((a, i) => segments.slice(i).map((b) => ({ a: a.id, b: b.id })));
  const counted =
    previews === null || new Set(keys).size < keys.length
      ? null
      : await previews.overlap({ workspaceId, keys }, AbortSignal.timeout(deadlineMs));
  if (counted === null) return context.reader.segmentFigures.overlap(segments.map(({ id }) => id));
  return pairs.map((pair, i) => ({ ...pair, people: counted[i] ?? 0 }));
}

/** What the change log tells of segments, in figures. */
@Resolver(() => SegmentType)
export class SegmentFiguresResolver {
  @ResolveField(() => SizeHistoryType, {
    complexity: LOG_READ_COST,
    description:
      'The whole hours or days that have a part in [from, to) and have begun; at most 1,000. Hours and days are of the workspace’s time zone.',
  })
  @Policy('graphql:read')
  async sizeHistory(
    @Parent() segment: SegmentRecord,
    @Args('from', { type: () => DateTimeScalar }) fromMs: number,
    @Args('to', { type: () => DateTimeScalar }) toMs: number,
    @Args('step', { type: () => SizeStep }) step: string,
    @Context('gateway') context: GatewayContext,
  ): Promise<SizeHistoryType> {
    const history = await context.reader.segmentFigures.sizeHistory({
      segmentId: segment.id,
      fromMs,
      toMs,
      step: SIZE_STEPS.find((one) => one === step) ?? 'day',
    });
    const points = history.points.map(({ fromMs: from, toMs: to, size, entered, exited }) => {
      return { from, to, size, entered, exited, net: entered - exited };
    });
    return { ...history, points };
  }

  @ResolveField(() => SizeChangeType, {
    complexity: LOG_READ_COST,
    description: 'Why the size at `to` is not the size at `from`, by cause and by new and known people.',
  })
  @Policy('graphql:read')
  async sizeChange(
    @Parent() segment: SegmentRecord,
    @Args('from', { type: () => DateTimeScalar }) fromMs: number,
    @Args('to', { type: () => DateTimeScalar }) toMs: number,
    @Context('gateway') context: GatewayContext,
  ): Promise<SizeChangeType> {
    const change = await context.reader.segmentFigures.sizeChange({ segmentId: segment.id, fromMs, toMs });
    return { ...change, causes: change.causes.map((one) => ({ ...one, net: one.entered - one.exited })) };
  }

  @ResolveField(() => SegmentCompositionType, {
    complexity: 4 * LOG_READ_COST,
    description: 'What its members are by one trait, beside everybody: ten ranges of numbers, or values.',
  })
  @Policy('graphql:read')
  async composition(
    @Parent() segment: SegmentRecord,
    @Args('trait') trait: string,
    @Context('gateway') context: GatewayContext,
  ): Promise<SegmentCompositionType> {
    const { previews, deadlineMs } = context.services;
    if (previews === null) throw gatewayErrors.GATEWAY_NO_COLUMNS();
    const { workspaceId } = callerOf(context);
    const request = { workspaceId, key: segment.key, trait };
    const found = await previews.compose(request, AbortSignal.timeout(deadlineMs));
    const { members, everybody, isExact, groups, ...rest } = found;
    const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
    return {
      ...rest,
      trait,
      members,
      everybody,
      exact: isExact,
      groups: groups.map((group) => {
        const [ofMembers, ofEverybody] = [share(group.members, members), share(group.everybody, everybody)];
        const lift = ofEverybody === 0 ? null : ofMembers / ofEverybody;
        return { ...group, shareOfMembers: ofMembers, shareOfEverybody: ofEverybody, lift };
      }),
    };
  }

  @Query(() => SegmentOverlapType, {
    complexity: LOG_READ_COST,
    description: 'How many people segments share now: 1 to 20 keys, each once.',
  })
  @Policy('graphql:read')
  async segmentOverlap(
    @Args('keys', { type: () => [String] }) keys: readonly string[],
    @Context('gateway') context: GatewayContext,
  ): Promise<SegmentOverlapType> {
    const segments = await segmentsOf(context, keys);
    return matricesOf(segments, await pairsOf(context, segments));
  }

  @Query(() => SegmentMigrationType, {
    complexity: LOG_READ_COST,
    description:
      'Of the people in each of one set of segments at one instant, how many are in each of another set at another; 1 to 20 keys a set, each once.',
  })
  @Policy('graphql:read')
  async segmentMigration(
    @Args({ type: () => SegmentMigrationArgs }) asked: SegmentMigrationArgs,
    @Context('gateway') context: GatewayContext,
  ): Promise<SegmentMigrationType> {
    const [from, to] = await Promise.all([segmentsOf(context, asked.from), segmentsOf(context, asked.to)]);
    const keys = new Map([...from, ...to].map(({ id, key }) => [id, key]));
    const keyOf = (id: SegmentRecord['id'] | null): string | null => (id === null ? null : (keys.get(id) ?? null));
    const { people, flows } = await context.reader.segmentFigures.migration({
      from: from.map(({ id }) => id),
      to: to.map(({ id }) => id),
      fromMs: asked.at1,
      toMs: asked.at2,
    });
    return { people, flows: flows.map((flow) => ({ ...flow, from: keyOf(flow.from), to: keyOf(flow.to) })) };
  }
}

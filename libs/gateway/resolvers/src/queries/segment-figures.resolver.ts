import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  DateTimeScalar,
  SegmentMigrationArgs,
  SegmentMigrationType,
  SegmentOverlapType,
  SegmentType,
  SizeChangeType,
  SizeHistoryType,
  SizeStep,
} from '@kohort/gateway-schema';
import { MAX_COMPARED_SEGMENTS, SIZE_STEPS, type SegmentOverlap, type SegmentRecord } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
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
    return matricesOf(segments, await context.reader.segmentFigures.overlap(segments.map(({ id }) => id)));
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

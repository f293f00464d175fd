import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { DateTimeScalar, SegmentType, SizeHistoryType, SizeStep } from '@kohort/gateway-schema';
import { SIZE_STEPS, type SegmentRecord } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';

/** These read a stretch of the change log, not an object: a page of segments may ask for them of a few alone. */
const LOG_READ_COST = 50;

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
}

import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { DateTimeScalar } from './scalars.schema';

/** How a segment's size moved within one step. */
@ObjectType('SizePoint', { description: 'How a segment’s size moved within one hour or one day.' })
export class SizePointType {
  @Field(() => DateTimeScalar, { description: 'Start of the step.' })
  from!: number;

  @Field(() => DateTimeScalar, { description: 'End of the step, which is not of it.' })
  to!: number;

  @Field(() => Int, { description: 'People in it at the end of the step; now, in the step that is still running.' })
  size!: number;

  @Field(() => Int, { description: 'Entries within the step; who enters twice counts twice.' })
  entered!: number;

  @Field(() => Int, { description: 'Exits within the step.' })
  exited!: number;

  @Field(() => Int, { description: 'entered − exited: what the size moved by.' })
  net!: number;
}

/** A segment's size, step by step. */
@ObjectType('SizeHistory', {
  description: 'A segment’s size, step by step, by the time at which changes were recorded.',
})
export class SizeHistoryType {
  @Field(() => String, { description: 'The workspace’s; days begin at its midnight.' })
  timeZone!: string;

  @Field(() => [SizePointType], { description: 'Oldest first, without gaps; at most 1,000.' })
  points!: readonly SizePointType[];

  @Field(() => Float, {
    nullable: true,
    description:
      'Historical volatility: the sample standard deviation of ln(size ÷ size a step earlier), per step, not annualised, of the steps that are over and have people at both ends. Null when there are fewer than two.',
  })
  volatility!: number | null;
}

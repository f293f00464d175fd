import { ArgsType, Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { ChangeCause } from './enums.schema';
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

/** What one cause did to a segment's size. */
@ObjectType('SizeCause', { description: 'What one cause did to a segment’s size, by new people or by known ones.' })
export class SizeCauseType {
  @Field(() => ChangeCause, { description: 'EVENT is behaviour: what people did.' })
  cause!: string;

  @Field(() => Boolean, { description: 'True: by people first seen within the stretch. False: by all others.' })
  isNew!: boolean;

  @Field(() => Int)
  entered!: number;

  @Field(() => Int)
  exited!: number;

  @Field(() => Int, { description: 'entered − exited.' })
  net!: number;
}

/** Why a segment's size is another at the end of a stretch. */
@ObjectType('SizeChange', { description: 'Why a segment’s size is another: after − before is the sum of net.' })
export class SizeChangeType {
  @Field(() => Int)
  before!: number;

  @Field(() => Int)
  after!: number;

  @Field(() => [SizeCauseType], { description: 'Those alone that did something.' })
  causes!: readonly SizeCauseType[];
}

/** How far segments share their people. */
@ObjectType('SegmentOverlap', { description: 'How far segments share their people: matrices in the order of `keys`.' })
export class SegmentOverlapType {
  @Field(() => [String])
  keys!: readonly string[];

  @Field(() => [[Int]], { description: 'People in both; on the diagonal, in the one.' })
  people!: readonly (readonly number[])[];

  @Field(() => [[Float]], { description: 'People in both ÷ people in any of the two; 0 when both are empty.' })
  jaccard!: readonly (readonly number[])[];
}

/** People who went from one segment to another. */
@ObjectType('SegmentFlow', { description: 'People in one segment at the first instant and in another at the second.' })
export class SegmentFlowType {
  @Field(() => String, { nullable: true, description: 'Key; null: in none of the first set.' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'Key; null: in none of the second set.' })
  to!: string | null;

  @Field(() => Int)
  people!: number;
}

/** Who went from which segment to which. */
@ObjectType('SegmentMigration', { description: 'Who went from which segment to which between two instants.' })
export class SegmentMigrationType {
  @Field(() => Int, { description: 'People in any of the first set then or of the second set later; each once.' })
  people!: number;

  @Field(() => [SegmentFlowType], {
    description:
      'Those alone that somebody took; never from none to none. Who is in two segments of a set is in the flows of both: of disjoint sets the flows add up to `people`.',
  })
  flows!: readonly SegmentFlowType[];
}

/** Which segments at which two instants. */
@ArgsType()
export class SegmentMigrationArgs {
  @Field(() => [String], { description: 'Keys of the first set.' })
  from!: readonly string[];

  @Field(() => [String], { description: 'Keys of the second set; may be the same.' })
  to!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When people are in the first set.' })
  at1!: number;

  @Field(() => DateTimeScalar, { description: 'When people are in the second set.' })
  at2!: number;
}

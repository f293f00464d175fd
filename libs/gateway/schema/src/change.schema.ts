import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { ChangeCause, MembershipChangeKind } from './enums.schema';
import { CursorScalar, DateTimeScalar } from './scalars.schema';

/** Somebody entered or left a segment. */
@ObjectType('MembershipChange', { description: 'Somebody entered or left a segment.' })
export class MembershipChangeType {
  @Field(() => ID, {
    description: 'The same change always has the same id: repeats at the seam of a resume show by it.',
  })
  id!: string;

  @Field(() => CursorScalar, { description: 'Resume with `after` from here: nothing is missed.' })
  cursor!: string;

  @Field(() => String)
  segmentKey!: string;

  @Field(() => ID)
  segmentId!: string;

  @Field(() => ID)
  profileId!: string;

  @Field(() => MembershipChangeKind)
  kind!: string;

  @Field(() => Int)
  changeVersion!: number;

  @Field(() => Int)
  segmentVersion!: number;

  @Field(() => DateTimeScalar)
  evaluatedAt!: number;

  @Field(() => DateTimeScalar)
  recordedAt!: number;

  @Field(() => ChangeCause)
  cause!: string;

  @Field(() => ID, { nullable: true })
  eventId!: string | null;
}

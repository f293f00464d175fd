import { Field, Float, Int, ObjectType } from '@nestjs/graphql';

/** One value, or one range of numbers, of a trait. */
@ObjectType('CompositionGroup')
export class CompositionGroupType {
  @Field(() => String, { nullable: true, description: 'The value; null for a range.' })
  value!: string | null;

  @Field(() => Float, { nullable: true, description: 'Start of the range, which is of it.' })
  from!: number | null;

  @Field(() => Float, { nullable: true, description: 'End of the range, which is of the last range alone.' })
  to!: number | null;

  @Field(() => Int)
  members!: number;

  @Field(() => Int)
  everybody!: number;

  @Field(() => Float, { description: '0–1: of all members.' })
  shareOfMembers!: number;

  @Field(() => Float, { description: '0–1: of everybody.' })
  shareOfEverybody!: number;

  @Field(() => Float, { nullable: true, description: 'shareOfMembers ÷ shareOfEverybody: above 1, typical of it.' })
  lift!: number | null;
}

/** What a segment's members are by one trait. */
@ObjectType('SegmentComposition', { description: 'What a segment’s members are by one trait, beside everybody.' })
export class SegmentCompositionType {
  @Field(() => String)
  trait!: string;

  @Field(() => String, { description: 'numeric or categorical.' })
  kind!: string;

  @Field(() => Int)
  members!: number;

  @Field(() => Int)
  everybody!: number;

  @Field(() => Int, { description: 'Members without the trait.' })
  membersWithout!: number;

  @Field(() => Int)
  everybodyWithout!: number;

  @Field(() => Int, { description: 'Members whose value is not among the groups.' })
  membersElsewhere!: number;

  @Field(() => [CompositionGroupType], {
    description: 'Ranges in their order; else up to 25 values, the most frequent among the members first.',
  })
  groups!: readonly CompositionGroupType[];

  @Field(() => Boolean, { description: 'False when records that are stored may not be counted yet.' })
  exact!: boolean;
}

import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { SegmentType } from './segment.schema';

/** People to be added to a list and taken off it. */
@InputType()
export class EditListInput {
  @Field(() => [String], {
    nullable: true,
    description: 'Profile ids, or identifiers of `identifierType`; at most 1,000 of both sides together.',
  })
  add?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: 'The same; who is named on both sides is taken off.' })
  remove?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'user_id when absent.' })
  identifierType?: string | null;
}

/** What an edit of a list came to. */
@ObjectType('ListEdit')
export class ListEditType {
  @Field(() => SegmentType)
  segment!: unknown;

  @Field(() => Int, { description: 'People who were not in before.' })
  added!: number;

  @Field(() => Int)
  removed!: number;

  @Field(() => [String], { description: 'Those of the given texts that name nobody, or somebody who is suppressed.' })
  unresolved!: readonly string[];
}

import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionOf } from './page.schema';
import { JsonScalar } from './scalars.schema';

/** A number about a person that is computed from events. */
@ObjectType('ComputedTrait', { description: 'A number about a person that is computed from events.' })
export class ComputedTraitType {
  @Field(() => String, { description: 'snake_case, immutable.' })
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => String)
  unit!: string;

  @Field(() => JsonScalar, { description: 'What is measured, over which window.' })
  formula!: unknown;

  @Field(() => Int, { description: 'Version of the set that it belongs to; a set is never edited.' })
  version!: number;
}

export const ComputedTraitConnection = connectionOf('ComputedTrait', ComputedTraitType);

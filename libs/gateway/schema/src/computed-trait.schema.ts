import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
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

  @Field(() => Boolean, { description: 'It may be changed, not removed.' })
  builtIn!: boolean;
}

/** The computed traits of a workspace, as a version. */
@ObjectType('ComputedTraitSet', { description: 'The computed traits of a workspace; versions are never edited.' })
export class ComputedTraitSetType {
  @Field(() => Int, { description: 'From 1,000 on the workspace’s own.' })
  version!: number;

  @Field(() => [ComputedTraitType])
  traits!: readonly ComputedTraitType[];
}

/** What a computed trait would do, as of now. */
@ObjectType('ComputedTraitPreview', { description: 'What a computed trait would do, as of now.' })
export class ComputedTraitPreviewType {
  @Field(() => Int, { description: 'People that traits are computed for.' })
  people!: number;

  @Field(() => Int, { description: 'Those of them who would have a value.' })
  known!: number;

  @Field(() => Int, { description: 'Those whose value would be another than now.' })
  changed!: number;
}

/** A computed trait that is wanted. */
@InputType()
export class ComputedTraitInput {
  @Field(() => String, { description: 'snake_case; that of a trait which is there changes it.' })
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => String)
  unit!: string;

  @Field(() => JsonScalar, { description: 'What is measured, over which window.' })
  formula!: unknown;
}

/** What is to be made of a workspace's computed traits. */
@InputType()
export class EditComputedTraitsInput {
  @Field(() => [ComputedTraitInput], { description: 'Traits that come, or change.' })
  set!: ComputedTraitInput[];

  @Field(() => [String], { defaultValue: [], description: 'Keys of traits that go; those that are built in stay.' })
  remove!: string[];

  @Field(() => Int, { description: 'The version that this follows; a conflict when another one came before.' })
  afterVersion!: number;
}

export const ComputedTraitConnection = connectionOf('ComputedTrait', ComputedTraitType);

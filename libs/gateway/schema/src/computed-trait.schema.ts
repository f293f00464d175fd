import { Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** A number about a person that is computed from events. */
@ObjectType('ComputedTrait', { description: 'A number or a text about a person that is computed from events.' })
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

  @Field(() => Boolean, { description: 'Kept with the other traits of a person, so that rules may use it.' })
  live!: boolean;

  @Field(() => Boolean, { description: 'It may be changed, not removed.' })
  builtIn!: boolean;
}

/** What a computed trait's values were like when it was computed for everybody. */
@ObjectType('ComputedTraitStatistics', {
  description: 'What a computed trait’s values were like when it was computed for everybody.',
})
export class ComputedTraitStatisticsType {
  @Field(() => Int)
  version!: number;

  @Field(() => DateTimeScalar)
  asOf!: number;

  @Field(() => Int)
  people!: number;

  @Field(() => Int, { description: 'People without a value.' })
  missing!: number;

  @Field(() => JsonScalar, {
    description: 'Mean, quantiles and histogram of a number; the most frequent values of a text.',
  })
  figures!: unknown;

  @Field(() => Float, {
    nullable: true,
    description:
      'Population stability index against the first statistics of the version; below 0.1 little has moved, above 0.25 much. Null for texts.',
  })
  drift!: number | null;
}

/** A ready-made trait. */
@ObjectType('LibraryTrait', {
  description: 'A ready-made trait, to be taken over with `editComputedTraits` or as a file.',
})
export class LibraryTraitType {
  @Field(() => String, { description: 'What it is about: rfm, lifetime, basket …' })
  group!: string;

  @Field(() => String)
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => String)
  unit!: string;

  @Field(() => JsonScalar)
  formula!: unknown;
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

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Kept with the other traits of a person, so that rules may use it.',
  })
  live!: boolean;
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

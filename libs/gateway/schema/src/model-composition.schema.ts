import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { Representation } from './enums.schema';

/** A group among all people of a model. */
@ObjectType('LabelGroup', { description: 'A group among all labelled people of a model.' })
export class LabelGroupType {
  @Field(() => String, { description: 'A value of the trait; "(other)": all that are too small to be shown alone.' })
  group!: string;

  @Field(() => Int)
  people!: number;

  @Field(() => Float, { description: '0–1.' })
  share!: number;
}

/** A group in a cluster, against the same group everywhere else. */
@ObjectType('CompositionCell', {
  description:
    'A group in a cluster, against the same group in all other clusters. Null where too few people are hidden, or could be worked out of what is shown.',
})
export class CompositionCellType {
  @Field(() => String)
  group!: string;

  @Field(() => Int, { nullable: true })
  people!: number | null;

  @Field(() => Float, { nullable: true, description: '0–1, of the labelled people of the cluster.' })
  share!: number | null;

  @Field(() => Float, { nullable: true, description: 'Wilson’s interval of the share, 95 %.' })
  low!: number | null;

  @Field(() => Float, { nullable: true })
  high!: number | null;

  @Field(() => Float, { nullable: true, description: '0–1, of the labelled people of all other clusters.' })
  shareElsewhere!: number | null;

  @Field(() => Float, { nullable: true, description: 'share ÷ shareElsewhere: above 1 over-represented.' })
  ratio!: number | null;

  @Field(() => Float, { nullable: true, description: 'Katz’s interval of the ratio, 95 %.' })
  ratioLow!: number | null;

  @Field(() => Float, { nullable: true })
  ratioHigh!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Chance of as large a difference of shares where there is none: chi-square, Holm’s for all cells shown.',
  })
  pValue!: number | null;

  @Field(() => Representation, { nullable: true, description: 'AS_EXPECTED: chance explains it (5 %).' })
  representation!: string | null;
}

/** What the people of a cluster are by a trait. */
@ObjectType('ClusterComposition', { description: 'What the people of a cluster are by a trait.' })
export class ClusterCompositionType {
  @Field(() => String, { nullable: true, description: 'Null: people in no cluster.' })
  key!: string | null;

  @Field(() => String, { nullable: true })
  name!: string | null;

  @Field(() => Int, { nullable: true, description: 'Labelled people; null where they are too few to be shown.' })
  people!: number | null;

  @Field(() => [CompositionCellType])
  cells!: readonly CompositionCellType[];
}

/** Whom a model's clusters hold, by a trait. */
@ObjectType('ModelComposition', {
  description:
    'Whom the clusters of a model hold, by a trait that puts people into groups: who is over-represented where.',
})
export class ModelCompositionType {
  @Field(() => String)
  trait!: string;

  @Field(() => Int, { description: 'Fewer people than this are not shown.' })
  leastCount!: number;

  @Field(() => Int, { description: 'Labelled people.' })
  people!: number;

  @Field(() => Int, { description: 'People without the trait, or of groups too small to be shown even together.' })
  unknown!: number;

  @Field(() => [LabelGroupType])
  groups!: readonly LabelGroupType[];

  @Field(() => [ClusterCompositionType])
  clusters!: readonly ClusterCompositionType[];
}

import { Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';
import { DriftLevel, RefitKind } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar } from './scalars.schema';

/** When a clustering is fitted again by itself. */
@ObjectType('ModelRefit', { description: 'When a clustering is fitted again by itself.' })
export class ModelRefitType {
  @Field(() => RefitKind)
  kind!: string;

  @Field(() => Int, { nullable: true, description: 'Of SCHEDULE: days from one fit to the next.' })
  everyDays!: number | null;
}

/** When a clustering is to be fitted again. */
@InputType()
export class SetModelRefitInput {
  @Field(() => String, { description: 'Key of the clustering.' })
  model!: string;

  @Field(() => RefitKind, { description: 'ON_DRIFT: after a look that found MOVED; such a model is looked at daily.' })
  kind!: string;

  @Field(() => Int, { nullable: true, description: 'Of SCHEDULE: 1 to 366.' })
  everyDays?: number | null;
}

/** How a feature differs from what it was at the fit. */
@ObjectType('FeatureDrift', { description: 'How a feature differs from what it was at the fit.' })
export class FeatureDriftType {
  @Field(() => String)
  feature!: string;

  @Field(() => DriftLevel)
  level!: string;

  @Field(() => Float, { nullable: true, description: 'Population stability index over tenths of the fit.' })
  psi!: number | null;

  @Field(() => Float, { nullable: true, description: 'Kolmogorov–Smirnov: the largest gap of the ranks, 0–1.' })
  ksDistance!: number | null;

  @Field(() => Float, { nullable: true })
  ksPValue!: number | null;

  @Field(() => Float, { nullable: true, description: 'In standard deviations of the fit.' })
  wasserstein!: number | null;

  @Field(() => Float, { nullable: true, description: 'Bits.' })
  jensenShannon!: number | null;

  @Field(() => Float)
  missingBefore!: number;

  @Field(() => Float)
  missingAfter!: number;
}

/** How a cluster differs, its people placed by the same version. */
@ObjectType('ClusterDrift', { description: 'How a cluster differs, its people placed by the same version.' })
export class ClusterDriftType {
  @Field(() => String)
  key!: string;

  @Field(() => DriftLevel)
  level!: string;

  @Field(() => Float, { description: '0–1.' })
  shareBefore!: number;

  @Field(() => Float)
  shareAfter!: number;

  @Field(() => Float, { description: 'Cumulative sum of the looks’ shares above that of the fit, in spreads.' })
  upper!: number;

  @Field(() => Float, { description: 'The same of shares below it.' })
  lower!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'How far its centre moved beyond chance, in pooled standard deviations; null with too few people.',
  })
  centroidShift!: number | null;
}

/** What a look at a clustering found. */
@ObjectType('ModelLook', {
  description: 'What a look at a clustering found: the people of a day against those of its fit.',
})
export class ModelLookType {
  @Field(() => Int)
  version!: number;

  @Field(() => String, { description: '2026-05-14, UTC.' })
  day!: string;

  @Field(() => DateTimeScalar)
  lookedAt!: number;

  @Field(() => DriftLevel)
  level!: string;

  @Field(() => [String], { description: 'What moved or shifts, the gravest first.' })
  reasons!: readonly string[];

  @Field(() => Int, { description: 'People at the instant of the fit.' })
  peopleBefore!: number;

  @Field(() => Int)
  peopleAfter!: number;

  @Field(() => [FeatureDriftType])
  features!: readonly FeatureDriftType[];

  @Field(() => [ClusterDriftType])
  clusters!: readonly ClusterDriftType[];

  @Field(() => Float, { description: 'Population stability index of the sizes.' })
  sizePsi!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Maximum mean discrepancy of all features together, squared; null with too few people.',
  })
  mmd!: number | null;

  @Field(() => Float, { nullable: true })
  mmdPValue!: number | null;
}

export const ModelLookConnection = connectionOf('ModelLook', ModelLookType);

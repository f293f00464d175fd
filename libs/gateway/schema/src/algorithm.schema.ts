import { Field, Int, ObjectType } from '@nestjs/graphql';

/** A parameter of a clustering algorithm. */
@ObjectType('ClusteringParameter', { description: 'A parameter of a clustering algorithm.' })
export class ClusteringParameterType {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'What it is when left out; "chosen": left to the algorithm.' })
  preset!: string;

  @Field(() => String)
  help!: string;
}

/** A way to cluster people. */
@ObjectType('ClusteringAlgorithm', { description: 'A way to cluster people: what trainClusters takes.' })
export class ClusteringAlgorithmType {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String, { description: 'What it is for, in one sentence.' })
  about!: string;

  @Field(() => String)
  family!: string;

  @Field(() => String, { description: 'numbers, mixed (numbers and categories) or counts.' })
  input!: string;

  @Field(() => Boolean)
  takesK!: boolean;

  @Field(() => Boolean, { description: 'Finds the number of clusters itself.' })
  findsK!: boolean;

  @Field(() => Boolean, { description: 'People may be in no cluster.' })
  marksNoise!: boolean;

  @Field(() => String, { description: 'nothing, seeds or links: what must be known of some people beforehand.' })
  needs!: string;

  @Field(() => Boolean, { description: 'Keeps least and greatest sizes while it fits; others are held against them.' })
  keepsSizes!: boolean;

  @Field(() => Int, { description: 'Above it so many people, drawn by seed, are fitted, and everyone is placed.' })
  rowLimit!: number;

  @Field(() => String, { description: 'What confidence means of it.' })
  confidence!: string;

  @Field(() => [ClusteringParameterType])
  params!: ClusteringParameterType[];
}

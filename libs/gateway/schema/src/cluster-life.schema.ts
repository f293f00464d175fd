import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { ClusterVerdictKind } from './enums.schema';

/** A cluster of one version of a model. */
@ObjectType('NamedCluster', { description: 'A cluster of one version of a model.' })
export class NamedClusterType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Int, { description: 'People in it when the version was fitted.' })
  size!: number;
}

/** What became of a cluster when its model was fitted again. */
@ObjectType('ClusterVerdict', { description: 'What became of a cluster when its model was fitted again.' })
export class ClusterVerdictType {
  @Field(() => ClusterVerdictKind)
  kind!: string;

  @Field(() => [NamedClusterType], { description: 'Of the version before: several of a merger, none of a new one.' })
  before!: NamedClusterType[];

  @Field(() => [NamedClusterType], { description: 'Of this version: several of a split, none of one that is gone.' })
  after!: NamedClusterType[];

  @Field(() => String, {
    nullable: true,
    description: 'The key that goes on, and with it name and colour: rules that name it mean the same group.',
  })
  carries!: string | null;

  @Field(() => Float, { nullable: true, description: '0–1, of SAME: what the two were matched by.' })
  similarity!: number | null;

  @Field(() => Float, { nullable: true, description: '0–1, of SAME: people in both ÷ people in either.' })
  sharedMembers!: number | null;

  @Field(() => String, { nullable: true, description: 'What it would be called today, where that is not its name.' })
  suggestedName!: string | null;
}

/** How the clusters of a version follow those of the one before. */
@ObjectType('ClusterIdentity', { description: 'How the clusters of a version follow those of the version before it.' })
export class ClusterIdentityType {
  @Field(() => Int, { description: 'The version before.' })
  version!: number;

  @Field(() => Int, { description: 'People in a cluster of both; 0: centres alone decided.' })
  people!: number;

  @Field(() => [ClusterVerdictType], { description: 'Each cluster of either version in one of them.' })
  verdicts!: ClusterVerdictType[];
}

/** A cluster at an instant, in figures for a Sankey diagram's node. */
@ObjectType('ClusterAt', { description: 'A cluster as it was served at an instant.' })
export class ClusterAtType {
  @Field(() => String, { nullable: true, description: 'Null: people in no cluster, or not known to the model then.' })
  key!: string | null;

  @Field(() => String, { nullable: true })
  name!: string | null;

  @Field(() => String, { nullable: true, description: '#rrggbb.' })
  colour!: string | null;

  @Field(() => Int, { description: 'Of the people of all flows.' })
  people!: number;
}

/** People who went from one cluster to another. */
@ObjectType('ClusterFlow', { description: 'People in one cluster at the first instant and in another at the second.' })
export class ClusterFlowType {
  @Field(() => String, { nullable: true, description: 'Key; null: in none.' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'Key; null: in none.' })
  to!: string | null;

  @Field(() => Int)
  people!: number;
}

/** Who went from which cluster of a model to which. */
@ObjectType('ClusterMigration', {
  description:
    'Who went from which cluster of a model to which between two instants, through every fit in between: nodes and links of a Sankey diagram.',
})
export class ClusterMigrationType {
  @Field(() => Int, {
    description: 'People in a cluster at either instant; the sum of flows, of `before` and of `after`.',
  })
  people!: number;

  @Field(() => Int, { nullable: true, description: 'The version served at the first instant; null when none was.' })
  versionBefore!: number | null;

  @Field(() => Int, { nullable: true })
  versionAfter!: number | null;

  @Field(() => [ClusterAtType], { description: 'Clusters at the first instant, the largest first, none last.' })
  before!: readonly ClusterAtType[];

  @Field(() => [ClusterAtType])
  after!: readonly ClusterAtType[];

  @Field(() => [ClusterFlowType], { description: 'Those alone that somebody took; never from none to none.' })
  flows!: readonly ClusterFlowType[];
}

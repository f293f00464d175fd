import { Field, Int, ObjectType } from '@nestjs/graphql';
import { JobType } from './job.schema';
import { ClusterRuleType } from './model.schema';
import { SegmentType } from './segment.schema';

/** The cluster that a draft was made from. */
@ObjectType('ClusterOrigin', { description: 'The cluster that a draft was made from.' })
export class ClusterOriginType {
  @Field(() => String)
  model!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => String)
  cluster!: string;

  @Field(() => String)
  clusterName!: string;
}

/** A draft segment made of a cluster's rules. */
@ObjectType('ClusterDraft', { description: 'A draft segment made of a cluster’s rules.' })
export class ClusterDraftType {
  @Field(() => SegmentType, { description: 'To be edited and published as every other segment.' })
  segment!: SegmentType;

  @Field(() => ClusterOriginType)
  origin!: ClusterOriginType;

  @Field(() => ClusterRuleType, { description: 'How true the rules are to the cluster, on people held out.' })
  rule!: ClusterRuleType;

  @Field(() => [String], {
    description: 'Computed traits that the rule names and that are not live: until they are it finds nobody.',
  })
  traitsNotLive!: string[];

  @Field(() => [String], { description: 'What has changed since the model was fitted.' })
  cautions!: string[];

  @Field(() => JobType, { nullable: true, description: 'The computation of traits that were made live.' })
  job!: JobType | null;
}

import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { DateTimeScalar, JsonScalar } from './scalars.schema';
import { SyncType } from './sync.schema';

/** One condition of a rule with its counts. */
@ObjectType('ConditionCount', { description: 'One condition of a rule: how many meet it, how many it keeps out.' })
export class ConditionCountType {
  @Field(() => String, { description: 'The node’s id, else its path (where.all.1).' })
  id!: string;

  @Field(() => String, { nullable: true })
  label!: string | null;

  @Field(() => String, { description: 'The condition in the text form.' })
  text!: string;

  @Field(() => String, { description: 'all, any, trait, event, …' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'The node that it stands in; null for the whole rule.' })
  parent!: string | null;

  @Field(() => Int, { description: 'People who meet it, whatever the other conditions say.' })
  people!: number;

  @Field(() => Int, { nullable: true, description: 'Members if it were not there; null for the whole rule.' })
  membersWithout!: number | null;

  @Field(() => Int, { nullable: true, description: 'membersWithout − members: whom it alone keeps out.' })
  removes!: number | null;
}

/** How far a rule's members are another segment's too. */
@ObjectType('PreviewOverlap')
export class PreviewOverlapType {
  @Field(() => String)
  key!: string;

  @Field(() => Int, { description: 'People in the other segment, at the same instant.' })
  size!: number;

  @Field(() => Int, { description: 'People in both.' })
  shared!: number;

  @Field(() => Float, { description: 'People in both ÷ people in any of the two; 0 when both are empty.' })
  jaccard!: number;
}

/** What a rule would select. */
@ObjectType('SegmentPreview', { description: 'What a rule would select, counted at one instant.' })
export class SegmentPreviewType {
  @Field(() => DateTimeScalar)
  evaluatedAt!: number;

  @Field(() => Boolean, { description: 'False when records that are stored may not be counted yet.' })
  exact!: boolean;

  @Field(() => Int, { description: 'Everybody who could be selected.' })
  people!: number;

  @Field(() => Int)
  members!: number;

  @Field(() => [ConditionCountType], { description: 'The whole rule first, parents before children.' })
  conditions!: readonly ConditionCountType[];

  @Field(() => String, { nullable: true, description: 'Id of the condition that keeps most people out alone.' })
  strongest!: string | null;

  @Field(() => [PreviewOverlapType], { description: 'In the order of `compare`.' })
  overlap!: readonly PreviewOverlapType[];

  @Field(() => String, { description: 'The statement that counted, for the column store.' })
  sql!: string;

  @Field(() => JsonScalar, { description: 'Its parameters.' })
  sqlParams!: unknown;

  @Field(() => Int, { description: 'Milliseconds in which what was new was brought to the column store.' })
  loadMs!: number;

  @Field(() => Int, { description: 'Milliseconds that the statement took.' })
  queryMs!: number;

  sampleIds!: readonly string[];
}

/** Requests of one action of a destination. */
@ObjectType('DownstreamCalls', { description: 'How many requests an action of a destination would send, at least.' })
export class DownstreamCallsType {
  @Field(() => String, { description: 'Key of the connector’s action.' })
  action!: string;

  @Field(() => String, { description: 'add, remove, or mixed where one request may hold both.' })
  operation!: string;

  @Field(() => Int, { description: 'People in them.' })
  records!: number;

  @Field(() => Int, { description: 'By the connector’s batch size; what fails is sent again on top.' })
  calls!: number;
}

/** What a sync would have to bring to its destination. */
@ObjectType('DiffSync', {
  description: 'What a sync would have to bring to its destination; consent may keep some back.',
})
export class DiffSyncType {
  @Field(() => SyncType)
  sync!: unknown;

  @Field(() => Int, { description: 'People to add.' })
  adds!: number;

  @Field(() => Int, { description: 'People to remove.' })
  removes!: number;

  @Field(() => [DownstreamCallsType], { description: 'By action, removals first.' })
  calls!: readonly DownstreamCallsType[];
}

/** What serving a rule would change. */
@ObjectType('SegmentDiff', { description: 'What serving a draft would change: counted exactly, nothing written.' })
export class SegmentDiffType {
  @Field(() => String)
  key!: string;

  @Field(() => Int, { nullable: true, description: 'The version that was compared; null for a rule of the request.' })
  version!: number | null;

  @Field(() => Int, { nullable: true, description: 'The version that serves; null when none does.' })
  liveVersion!: number | null;

  @Field(() => Int, { description: 'Members now.' })
  standing!: number;

  @Field(() => Int)
  entering!: number;

  @Field(() => Int)
  leaving!: number;

  @Field(() => Int)
  staying!: number;

  @Field(() => Boolean, {
    description: 'True: it would take more than 30 % out, so publishing is held until somebody releases it.',
  })
  wouldBeHeld!: boolean;

  @Field(() => SegmentPreviewType, { description: 'The draft by itself.' })
  preview!: SegmentPreviewType;

  enteringIds!: readonly string[];
  leavingIds!: readonly string[];
  dependentKeys!: readonly string[];
  segmentId!: string;
}

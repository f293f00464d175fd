import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { MemberState, RecordFate, SyncMode, SyncOperation, SyncRunStatus } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** A kind of destination, ready to be configured. */
@ObjectType('Connector', { description: 'A kind of destination, ready to be configured.' })
export class ConnectorType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  description!: string;

  @Field(() => String)
  version!: string;

  @Field(() => String, { description: 'cdp, ad, file, webhook and the like.' })
  kind!: string;

  @Field(() => JsonScalar, { description: 'JSON Schema of its settings; secrets are writeOnly.' })
  settings!: unknown;
}

/** A configured connector. Its secrets can be written, never read. */
@ObjectType('Destination', { description: 'A configured connector. Its secrets can be written, never read.' })
export class DestinationType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  plugin!: string;

  @Field(() => JsonScalar)
  settings!: unknown;

  @Field(() => Boolean)
  paused!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'What people must have consented to before they are sent there.',
  })
  purpose!: string | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;
}

/** A segment bound to a destination. */
@ObjectType('Sync', { description: 'A segment bound to a destination.' })
export class SyncType {
  @Field(() => ID)
  id!: string;

  @Field(() => JsonScalar)
  mapping!: unknown;

  @Field(() => SyncMode)
  mode!: string;

  @Field(() => Boolean)
  paused!: boolean;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  destinationId!: string;
  segmentId!: string;
}

/** How many people are in one state. */
@ObjectType('SyncStateCount')
export class SyncStateCountType {
  @Field(() => MemberState)
  state!: string;

  @Field(() => Int)
  count!: number;
}

/** One execution of a sync. */
@ObjectType('SyncRun', { description: 'One execution of a sync.' })
export class SyncRunType {
  @Field(() => ID)
  id!: string;

  @Field(() => SyncRunStatus)
  status!: string;

  @Field(() => String, { nullable: true })
  heldReason!: string | null;

  @Field(() => JsonScalar, { description: 'Segment → has identifier → valid → sent → accepted → matched.' })
  funnel!: unknown;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: number | null;

  syncId!: string;
}

/** One member's fate in one run. */
@ObjectType('SyncRecord', { description: "One member's fate in one run." })
export class SyncRecordType {
  @Field(() => SyncOperation)
  operation!: string;

  @Field(() => Int)
  changeVersion!: number;

  @Field(() => RecordFate)
  fate!: string;

  @Field(() => String, { nullable: true })
  code!: string | null;

  @Field(() => String, { nullable: true })
  message!: string | null;

  @Field(() => DateTimeScalar)
  recordedAt!: number;

  profileId!: string;
}

/** Which fates; what is absent does not narrow. */
@InputType()
export class SyncRecordFilter {
  @Field(() => RecordFate, { nullable: true })
  fate?: string | null;

  @Field(() => SyncOperation, { nullable: true })
  operation?: string | null;
}

export const DestinationConnection = connectionOf('Destination', DestinationType);
export const SyncConnection = connectionOf('Sync', SyncType);
export const SyncRunConnection = connectionOf('SyncRun', SyncRunType);
export const SyncRecordConnection = connectionOf('SyncRecord', SyncRecordType);

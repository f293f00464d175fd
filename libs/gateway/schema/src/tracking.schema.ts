import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { AlertKind, AlertState, PlanAction, PlanChangeKind, PlanOrigin, PlanRule, PlanStatus } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** One version of a tracking plan. */
@ObjectType('TrackingPlan', {
  description: 'One version of a tracking plan: of a source, or of every source without one of its own.',
})
export class TrackingPlanType {
  @Field(() => ID)
  id!: string;

  sourceId!: string | null;

  @Field(() => Int)
  version!: number;

  @Field(() => PlanStatus)
  status!: string;

  @Field(() => PlanOrigin)
  origin!: string;

  @Field(() => JsonScalar, { description: 'The plan: events and traits with their JSON Schemas and actions.' })
  document!: unknown;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What a learned version rests on: examples, shares, confidence.',
  })
  evidence!: unknown;

  @Field(() => String, { description: 'Id of the key that made it.' })
  createdBy!: string;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => String, { nullable: true, description: 'Id of the key that approved it.' })
  approvedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  approvedAt!: number | null;

  @Field(() => String, { nullable: true })
  archivedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  archivedAt!: number | null;
}

/** One difference between two versions. */
@ObjectType('PlanChange', { description: 'One difference between two versions of a plan.' })
export class PlanChangeType {
  @Field(() => PlanChangeKind)
  kind!: string;

  @Field(() => String, { description: 'Where in the plan.' })
  at!: string;

  @Field(() => String)
  what!: string;
}

/** How often a plan found something. */
@ObjectType('PlanViolationCount', { description: 'In how many messages of an event a plan found something.' })
export class PlanViolationCountType {
  sourceId!: string;

  @Field(() => String)
  event!: string;

  @Field(() => ID)
  planId!: string;

  @Field(() => Int)
  planVersion!: number;

  @Field(() => PlanRule)
  rule!: string;

  @Field(() => PlanAction)
  action!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The hour or day of receipt; null when added up.' })
  at!: number | null;

  @Field(() => Float)
  messages!: number;
}

/** One thing that a plan found in a message. */
@ObjectType('PlanViolation', { description: 'One thing that a plan found in a message, without the value.' })
export class PlanViolationType {
  @Field(() => PlanRule)
  rule!: string;

  @Field(() => PlanAction)
  action!: string;

  @Field(() => String, { description: 'JSON pointer; a key that could be somebody’s is *.' })
  path!: string;
}

/** An event that could not be stored, kept for a replay. */
@ObjectType('QuarantinedEvent', { description: 'An event that was not let in, kept for a replay.' })
export class QuarantinedEventType {
  @Field(() => ID)
  id!: string;

  sourceId!: string;

  @Field(() => DateTimeScalar)
  receivedAt!: number;

  @Field(() => String, { nullable: true, description: 'What it is counted as; null when it was no event at all.' })
  event!: string | null;

  @Field(() => String, { description: 'Stable reason: plan_wrong_type, nul_character.' })
  code!: string;

  @Field(() => String, { description: 'The field at fault, without its value.' })
  field!: string;

  @Field(() => Int, { nullable: true })
  planVersion!: number | null;

  @Field(() => [PlanViolationType], { description: 'At most 20, the strictest first.' })
  violations!: PlanViolationType[];

  @Field(() => String, { nullable: true, description: 'As it came, as JSON text; null when it was too large.' })
  payload!: string | null;
}

/** An alert of volume or silence, or of drift under a model. */
@ObjectType('Alert', {
  description:
    'An event comes less, more, or not at all, against its own weeks before; or the people of a model have moved.',
})
export class AlertType {
  @Field(() => ID)
  id!: string;

  sourceId!: string | null;
  modelId!: string | null;

  @Field(() => String, { description: 'The event; of a model what moved most.' })
  event!: string;

  @Field(() => AlertKind)
  kind!: string;

  @Field(() => AlertState)
  state!: string;

  @Field(() => DateTimeScalar)
  openedAt!: number;

  @Field(() => DateTimeScalar, { description: 'When it was last found so.' })
  seenAt!: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The hour that was judged last; null for silence.' })
  hour!: number | null;

  @Field(() => Float)
  observed!: number;

  @Field(() => Float)
  expected!: number;

  @Field(() => Float, {
    description: 'Deviations from normal; of silence and drift: times the longest, or the most, that is normal.',
  })
  score!: number;

  @Field(() => String, { nullable: true })
  acknowledgedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  acknowledgedAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  resolvedAt!: number | null;
}

/** Which versions; what is absent does not narrow. */
@InputType()
export class TrackingPlanFilter {
  @Field(() => String, { nullable: true, description: 'Key of a source; the empty text: the workspace’s own plan.' })
  source?: string | null;

  @Field(() => PlanStatus, { nullable: true })
  status?: string | null;

  @Field(() => PlanOrigin, { nullable: true, description: 'LEARNED with DRAFT: the proposals.' })
  origin?: string | null;
}

/** Which findings; what is absent does not narrow. */
@InputType()
export class PlanViolationFilter {
  @Field(() => String, { nullable: true })
  source?: string | null;

  @Field(() => String, { nullable: true })
  event?: string | null;

  @Field(() => PlanRule, { nullable: true })
  rule?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  to?: number | null;
}

/** Which quarantined events; what is absent does not narrow. */
@InputType()
export class QuarantineFilterInput {
  @Field(() => [ID], { nullable: true, description: 'At most 1,000.' })
  ids?: string[] | null;

  @Field(() => String, { nullable: true })
  source?: string | null;

  @Field(() => String, { nullable: true })
  event?: string | null;

  @Field(() => String, { nullable: true })
  code?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  to?: number | null;
}

/** Which alerts; what is absent does not narrow. */
@InputType()
export class AlertFilter {
  @Field(() => AlertState, { nullable: true })
  state?: string | null;

  @Field(() => AlertKind, { nullable: true })
  kind?: string | null;

  @Field(() => String, { nullable: true })
  source?: string | null;
}

/** A plan as data or as YAML. */
@InputType()
export class CreateTrackingPlanInput {
  @Field(() => String, { nullable: true, description: 'Key of the source; absent: of every source without a plan.' })
  source?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  document?: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'The same as YAML or JSON text; faults then have line and column.',
  })
  text?: string | null;
}

/** What to learn from. */
@InputType()
export class LearnTrackingPlanInput {
  @Field(() => String, { nullable: true, description: 'Key of the source; absent: from all of them.' })
  source?: string | null;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the events that may be wrong, 0 to 0.5; 0 when absent.',
  })
  tolerance?: number | null;

  @Field(() => Int, { nullable: true, description: 'Events, 100 to 200,000; the newest 20,000 when absent.' })
  sample?: number | null;
}

/** What to send through the door again. */
@InputType()
export class ReplayQuarantineInput {
  @Field(() => QuarantineFilterInput, { nullable: true, description: 'All of it when absent.' })
  filter?: QuarantineFilterInput | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What to change first: {event, rename: {old: new}, drop: [name], cast: {name: number}}.',
  })
  change?: unknown;

  @Field(() => Boolean, { defaultValue: false, description: 'Held against the plan in force; nothing is stored.' })
  dryRun!: boolean;
}

export const TrackingPlanConnection = connectionOf('TrackingPlan', TrackingPlanType);
export const PlanViolationConnection = connectionOf('PlanViolationCount', PlanViolationCountType);
export const QuarantinedEventConnection = connectionOf('QuarantinedEvent', QuarantinedEventType);
export const AlertConnection = connectionOf('Alert', AlertType);

import { ArgsType, Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ChangeCause, KnownAs, SegmentKind, SegmentStatus } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** A definition, its versions and its membership. */
@ObjectType('Segment', { description: 'A definition, its versions and its membership.' })
export class SegmentType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'snake_case, immutable, never reused.' })
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => SegmentKind)
  kind!: string;

  @Field(() => SegmentStatus)
  status!: string;

  @Field(() => Int, { description: 'People in it, of the live version.' })
  size!: number;

  @Field(() => Int, { nullable: true })
  liveVersion!: number | null;

  @Field(() => String, { nullable: true, description: 'What its members must have consented to before they are sent.' })
  purpose!: string | null;

  @Field(() => String, { description: 'For people; empty when nothing was said.' })
  description!: string;

  @Field(() => [String], { description: 'For people, to find it by; each once, in order.' })
  tags!: string[];

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes. A ranking or a predicate (top, sql) is counted anew so often, and after each import; null: when it is published again.',
  })
  refreshMinutes!: number | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;
}

/** Why a version does not serve. */
@ObjectType('SegmentHold', {
  description:
    'It would take more than 30 % of the members out: release it by publishSegment(release: true), or give it up by discardSegmentVersion.',
})
export class SegmentHoldType {
  @Field(() => Int, { description: 'People who would leave.' })
  leaving!: number;

  @Field(() => Int, { description: 'People in the segment then.' })
  members!: number;

  @Field(() => DateTimeScalar)
  at!: number;
}

/** One version of a segment: its rule. */
@ObjectType('SegmentVersion')
export class SegmentVersionType {
  @Field(() => Int)
  version!: number;

  @Field(() => JsonScalar)
  rule!: unknown;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => String, { description: 'SHA-256 of the rule’s canonical form.' })
  ruleHash!: string;

  @Field(() => String, { nullable: true, description: 'Id of the API key that wrote it; null when it is not known.' })
  author!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it first served.' })
  publishedAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When another took over; null while it serves.' })
  retiredAt!: number | null;

  @Field(() => Int, { nullable: true, description: 'People in the segment when another took over.' })
  sizeAtEnd!: number | null;

  @Field(() => SegmentHoldType, { nullable: true, description: 'Why it was published and yet does not serve.' })
  held!: SegmentHoldType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When somebody gave it up.' })
  discardedAt!: number | null;
}

/** From an event's acceptance to the change that it brought about. */
@ObjectType('FreshnessLag', { description: 'From an event’s acceptance to the recorded change of membership.' })
export class FreshnessLagType {
  @Field(() => Float, { description: 'Milliseconds, nearest rank.' })
  p50Ms!: number;

  @Field(() => Float)
  p99Ms!: number;

  @Field(() => Int, { description: 'Changes that were measured.' })
  changes!: number;
}

/** How fresh a segment is, measured. */
@ObjectType('Freshness', { description: 'How fresh a segment is, measured.' })
export class FreshnessType {
  segmentId!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null when nobody ever entered.' })
  lastChangeAt!: number | null;

  @Field(() => Int, { nullable: true, description: 'From the evaluation of the latest change to its recording.' })
  recordingLagMs!: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Its members are those of this instant: of a ranking or a predicate, which are counted. Null when everybody is evaluated as records come and time passes.',
  })
  countedAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it is counted anew by itself; null: never.' })
  nextRefreshAt!: number | null;
}

/** Whether a person is in a segment, since when and why. */
@ObjectType('Membership', { description: 'Whether a person is in a segment, since when and why.' })
export class MembershipType {
  @Field(() => ID)
  segmentId!: string;

  @Field(() => ID)
  profileId!: string;

  @Field(() => Boolean)
  member!: boolean;

  @Field(() => Int, { description: 'Rises by one with each entry and exit; 0: never in.' })
  changeVersion!: number;

  @Field(() => Int, { nullable: true, description: 'Null when this person was never in.' })
  segmentVersion!: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  enteredAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  exitedAt!: number | null;

  @Field(() => ChangeCause, { nullable: true, description: 'Null when this person was never in.' })
  cause!: string | null;
}

/** A condition that decided, in words. */
@ObjectType('ProvenCondition', { description: 'What a node of a proof asks.' })
export class ProvenConditionType {
  @Field(() => String, { description: 'Its id in the proof; within a segment that a rule names: `node>segment:node`.' })
  id!: string;

  @Field(() => String, { description: 'In the text form.' })
  text!: string;
}

/** Why a person is in a segment, or is not. */
@ObjectType('MembershipExplanation', { description: 'Why a person is in a segment, or is not.' })
export class MembershipExplanationType {
  @Field(() => MembershipType)
  membership!: MembershipType;

  @Field(() => Boolean, { nullable: true, description: 'Worked out now; null when the segment serves no rule.' })
  memberNow!: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true })
  evaluatedAt!: number | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'Per deciding node: the values compared, the events counted, the window, and what would flip it. Worked out now; the recorded one when the segment serves no rule.',
  })
  proof!: unknown;

  @Field(() => JsonScalar, { nullable: true, description: 'The proof kept with the latest change.' })
  recordedProof!: unknown;

  @Field(() => String, { nullable: true, description: 'SHA-256 of the recorded proof.' })
  proofHash!: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'The rule of the version that decided.' })
  rule!: unknown;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When time alone may change the answer; null: never.' })
  nextChangeAt!: number | null;
}

/** Which past of a segment. */
@ArgsType()
export class MembersArgs {
  @Field(() => DateTimeScalar, { nullable: true })
  asOf?: number | null;

  @Field(() => KnownAs, { defaultValue: 'then', description: 'Of `asOf`.' })
  known!: string;
}

/** Which segments; what is absent does not narrow. */
@InputType()
export class SegmentFilter {
  @Field(() => SegmentKind, { nullable: true })
  kind?: string | null;

  @Field(() => SegmentStatus, { nullable: true })
  status?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Those with a version that is held, or those without.' })
  held?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Part of the key or the name.' })
  search?: string | null;
}

export const SegmentConnection = connectionOf('Segment', SegmentType);
export const SegmentVersionConnection = connectionOf('SegmentVersion', SegmentVersionType);
export const MembershipConnection = connectionOf('Membership', MembershipType);

import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { TraitKind } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** One resolved person. */
@ObjectType('Profile', { description: 'One resolved person.' })
export class ProfileType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'The smallest user id, else the smallest anonymous id.' })
  canonicalId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The profile that this one was merged into; itself when nothing of it is left.',
  })
  mergedInto!: string | null;

  @Field(() => DateTimeScalar)
  firstSeenAt!: number;

  @Field(() => DateTimeScalar)
  lastSeenAt!: number;
}

/** One typed id of a person. */
@ObjectType('Identifier')
export class IdentifierType {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  value!: string;

  @Field(() => DateTimeScalar)
  firstSeenAt!: number;
}

/** A fact on a profile, as it stands now. */
@ObjectType('Trait', { description: 'A fact on a profile, as it stands now.' })
export class TraitType {
  @Field(() => String)
  key!: string;

  @Field(() => TraitKind)
  kind!: string;

  @Field(() => JsonScalar)
  value!: unknown;

  @Field(() => DateTimeScalar)
  validFrom!: number;
}

/** The computed features of a person. */
@ObjectType('Features', { description: 'The computed features of a person.' })
export class FeaturesType {
  @Field(() => Int)
  definitionVersion!: number;

  @Field(() => DateTimeScalar)
  asOf!: number;

  @Field(() => JsonScalar)
  values!: unknown;

  @Field(() => DateTimeScalar)
  computedAt!: number;
}

/** One accepted message. */
@ObjectType('Event', { description: 'One accepted message.' })
export class EventType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'identify, track, page, screen, group or alias.' })
  type!: string;

  @Field(() => String, { nullable: true })
  name!: string | null;

  @Field(() => String)
  messageId!: string;

  sourceId!: string;

  @Field(() => DateTimeScalar, { description: 'Event time, corrected for the sender’s clock.' })
  ts!: number;

  @Field(() => DateTimeScalar)
  receivedAt!: number;

  @Field(() => JsonScalar)
  properties!: unknown;

  @Field(() => [String])
  flags!: string[];
}

/** Names one person: by id or by an identifier. */
@ArgsType()
export class ProfileArgs {
  @Field(() => ID, { nullable: true })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'A value of any identifier (user id, email, …).' })
  identifier?: string | null;

  @Field(() => String, { nullable: true, description: 'Narrows `identifier` to one type.' })
  identifierType?: string | null;
}

export const IdentifierConnection = connectionOf('Identifier', IdentifierType);
export const TraitConnection = connectionOf('Trait', TraitType);
export const EventConnection = connectionOf('Event', EventType);

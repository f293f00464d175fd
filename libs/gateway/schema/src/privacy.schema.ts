import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ConsentKind, ConsentState, ConsentSubjectType } from './enums.schema';
import { resultOf } from './failure.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar } from './scalars.schema';

/** What personal data is used for. */
@ObjectType('Purpose', { description: 'What personal data is used for: consent is given for it, or is not.' })
export class PurposeType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [String], { description: 'What consent managers call it, besides its key.' })
  categories!: string[];

  @Field(() => Boolean, { description: 'Global Privacy Control refuses it.' })
  saleOrSharing!: boolean;
}

/** Whether a person has consented to a purpose. */
@ObjectType('Consent', { description: 'Whether a person has consented to a purpose, over all of their identifiers.' })
export class ConsentType {
  @Field(() => String)
  purpose!: string;

  @Field(() => Boolean)
  given!: boolean;

  @Field(() => ConsentState, { nullable: true, description: 'Of the statement that decides.' })
  state!: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  since!: number | null;
}

/** One statement. */
@ObjectType('ConsentRecord', { description: 'One statement about one purpose; they are only ever added.' })
export class ConsentRecordType {
  @Field(() => String)
  purpose!: string;

  @Field(() => ConsentState)
  state!: string;

  @Field(() => ConsentKind)
  kind!: string;

  @Field(() => String)
  basis!: string;

  @Field(() => String, { description: 'event, api or import.' })
  source!: string;

  @Field(() => String, { description: 'What proves it, or where that is found.' })
  proof!: string;

  @Field(() => ConsentSubjectType)
  identifierType!: string;

  @Field(() => String)
  identifier!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  at!: number;

  @Field(() => DateTimeScalar)
  recordedAt!: number;
}

export const ConsentRecordConnection = connectionOf('ConsentRecord', ConsentRecordType);

/** A statement was recorded. */
@ObjectType('RecordedConsent')
export class RecordedConsentType {
  @Field(() => Int, { description: '0 when the same was recorded before.' })
  recorded!: number;
}

/** People were put on the suppression list. */
@ObjectType('Suppression', { description: 'What suppressing did.' })
export class SuppressionType {
  @Field(() => Int, { description: 'Entries that were not there before; an identifier has one or two.' })
  added!: number;

  @Field(() => Int, { description: 'People who were known and are profiled no longer.' })
  people!: number;

  @Field(() => Int, { description: 'Memberships that ended.' })
  memberships!: number;
}

/** People were taken off the suppression list. */
@ObjectType('Unsuppression')
export class UnsuppressionType {
  @Field(() => Int, { description: 'Entries that were taken off.' })
  removed!: number;
}

/** What a segment or a destination is for was said. */
@ObjectType('PurposeSet')
export class PurposeSetType {
  @Field(() => String, { nullable: true })
  purpose!: string | null;
}

/** What a person said, as their own act. */
@InputType()
export class ConsentInput {
  @Field(() => ConsentSubjectType, { defaultValue: 'user_id' })
  identifierType!: string;

  @Field(() => String)
  identifier!: string;

  @Field(() => String, { description: 'Key of a purpose of the workspace.' })
  purpose!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was said; now when absent.' })
  at?: number | null;

  @Field(() => String, { nullable: true, description: 'Legal basis; consent when absent.' })
  basis?: string | null;

  @Field(() => String, { nullable: true, description: 'What proves it, or where that is found; no personal data.' })
  proof?: string | null;
}

/** A purpose to be added, or said anew. */
@InputType()
export class PurposeInput {
  @Field(() => String, { description: 'snake_case.' })
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [String], { defaultValue: [], description: 'What consent managers call it, besides its key.' })
  categories!: string[];

  @Field(() => Boolean, { defaultValue: false, description: 'Global Privacy Control refuses it.' })
  saleOrSharing!: boolean;
}

/** Something that names a person. */
@InputType()
export class PersonIdentifierInput {
  @Field(() => String, { description: 'email, phone, user_id, anonymous_id, or the type of another id.' })
  type!: string;

  @Field(() => String)
  value!: string;
}

/** People to be suppressed, or no longer. */
@InputType()
export class SuppressionInput {
  @Field(() => [PersonIdentifierInput], { description: '1 to 500.' })
  identifiers!: PersonIdentifierInput[];

  @Field(() => String, { description: 'Why; kept with the entry.' })
  reason!: string;
}

/** What a segment or a destination is for: one of the two is named. */
@InputType()
export class SetPurposeInput {
  @Field(() => String, { nullable: true, description: 'Key of a segment.' })
  segment?: string | null;

  @Field(() => String, { nullable: true, description: 'Key of a destination.' })
  destination?: string | null;

  @Field(() => String, { nullable: true, description: 'Nobody is asked for consent when absent.' })
  purpose?: string | null;
}

export const RecordConsentResult = resultOf('RecordConsent', RecordedConsentType);
export const WithdrawConsentResult = resultOf('WithdrawConsent', RecordedConsentType);
export const DefinePurposeResult = resultOf('DefinePurpose', PurposeType);
export const SetPurposeResult = resultOf('SetPurpose', PurposeSetType);
export const SuppressResult = resultOf('Suppress', SuppressionType);
export const UnsuppressResult = resultOf('Unsuppress', UnsuppressionType);

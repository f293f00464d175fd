import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import {
  DriftVerdict,
  FieldValueType,
  FindingCode,
  FindingSeverity,
  IsolatedSide,
  QualitySubject,
} from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** The figures of a field's numbers. */
@ObjectType('NumberFigures', { description: 'The figures of a field’s numbers.' })
export class NumberFiguresType {
  @Field(() => Float)
  min!: number;

  @Field(() => Float)
  max!: number;

  @Field(() => Float)
  mean!: number;

  @Field(() => Float, { nullable: true, description: 'n − 1 in the denominator.' })
  sd!: number | null;

  @Field(() => Float, { nullable: true })
  skew!: number | null;

  @Field(() => Float)
  p01!: number;

  @Field(() => Float)
  p05!: number;

  @Field(() => Float)
  p25!: number;

  @Field(() => Float)
  p50!: number;

  @Field(() => Float)
  p75!: number;

  @Field(() => Float)
  p95!: number;

  @Field(() => Float)
  p99!: number;

  @Field(() => Float, { description: 'Rows further than 3 standard deviations from the mean.' })
  outliersByZ!: number;

  @Field(() => Float, { description: 'Rows beyond 1.5 interquartile ranges from the quartiles.' })
  outliersByIqr!: number;
}

/** How values are spread: bins between neighbouring edges, and what lies beyond them. */
@ObjectType('Histogram', { description: 'Bins between neighbouring edges; times are epoch milliseconds.' })
export class HistogramType {
  @Field(() => [Float])
  edges!: readonly number[];

  @Field(() => [Float])
  rows!: readonly number[];

  @Field(() => Float)
  below!: number;

  @Field(() => Float)
  above!: number;
}

/** A value and how often it comes. */
@ObjectType('ValueRows', { description: 'A value, and how many rows have it.' })
export class ValueRowsType {
  @Field(() => String, { description: 'Masked where it may name a person, or where fewer than five rows have it.' })
  value!: string;

  @Field(() => Float)
  rows!: number;
}

/** Something to know about a field, and what to do. */
@ObjectType('QualityFinding', { description: 'Something to know about a field, and what to do about it.' })
export class QualityFindingType {
  @Field(() => FindingCode)
  code!: string;

  @Field(() => FindingSeverity)
  severity!: string;

  @Field(() => Float)
  rows!: number;

  @Field(() => Float, { description: 'Of one.' })
  share!: number;

  @Field(() => String)
  message!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'kind mapping (`edit`), preprocessing (`step`, `params`) or source (`advice`).',
  })
  fix!: unknown;
}

/** A field that sets a record apart. */
@ObjectType('IsolatingField', { description: 'A field in which a record is rare, without its value.' })
export class IsolatingFieldType {
  @Field(() => String)
  field!: string;

  @Field(() => IsolatedSide)
  side!: string;

  @Field(() => Float, { description: 'Share of records that are as far out, of one.' })
  tailShare!: number;
}

/** A record that stands alone. */
@ObjectType('IsolatedRecord', { description: 'A record that stands alone; it holds no value of anybody.' })
export class IsolatedRecordType {
  @Field(() => ID, { description: 'Of the event, or of the profile.' })
  id!: string;

  @Field(() => Float, { description: 'Of the isolation forest: 0.65 to 1.' })
  score!: number;

  @Field(() => [IsolatingFieldType])
  fields!: readonly IsolatingFieldType[];
}

/** What records as wholes are like. */
@ObjectType('RecordQuality', {
  description: 'What a source’s messages, one of its events, or people were like as wholes in a week.',
})
export class RecordQualityType {
  @Field(() => QualitySubject)
  subject!: string;

  @Field(() => String, { nullable: true, description: 'Key of the source; null for people.' })
  source!: string | null;

  @Field(() => String, { nullable: true, description: 'Null for all messages of a source, and for people.' })
  event!: string | null;

  @Field(() => String, { description: 'The Monday of its week, in UTC.' })
  week!: string;

  @Field(() => DateTimeScalar)
  at!: number;

  @Field(() => Float)
  rows!: number;

  @Field(() => Float, {
    description:
      'Messages that equal an earlier one in person, time and content; people, of those with a trait that names somebody, who equal another in every trait.',
  })
  duplicates!: number;

  @Field(() => Float, { description: 'Of the records that were compared, of one.' })
  duplicateShare!: number;

  @Field(() => Boolean, { description: 'False: estimated from a sample of the values.' })
  duplicatesAreExact!: boolean;

  @Field(() => Float, { nullable: true, description: 'Null: too few records or numeric fields to tell.' })
  isolatedShare!: number | null;

  @Field(() => Float, { description: 'Records that the isolation forest looked at.' })
  isolatedSample!: number;

  @Field(() => [IsolatedRecordType], { description: 'The most isolated ones that are still there, ten at most.' })
  isolated!: readonly IsolatedRecordType[];

  @Field(() => [QualityFindingType])
  findings!: readonly QualityFindingType[];
}

/** How a field differs from the week before. */
@ObjectType('FieldDrift', {
  description: 'How a field differs from an earlier week; measures that do not apply are null.',
})
export class FieldDriftType {
  @Field(() => String, { nullable: true, description: 'The Monday of the week that it is compared with.' })
  baselineWeek!: string | null;

  @Field(() => DriftVerdict)
  verdict!: string;

  @Field(() => [String])
  reasons!: readonly string[];

  @Field(() => Float, { nullable: true, description: 'Population stability index: 0.1 shifting, 0.25 moved.' })
  psi!: number | null;

  @Field(() => Float, { nullable: true, description: 'Kolmogorov–Smirnov distance.' })
  ksDistance!: number | null;

  @Field(() => Float, { nullable: true })
  ksPValue!: number | null;

  @Field(() => Float, { nullable: true, description: 'In bits.' })
  jensenShannon!: number | null;

  @Field(() => Float, { nullable: true })
  chiSquarePValue!: number | null;

  @Field(() => Float, { nullable: true })
  missingBefore!: number | null;

  @Field(() => Float, { nullable: true })
  missingAfter!: number | null;
}

/** What a field of messages, or a trait, is like. */
@ObjectType('FieldQuality', {
  description: 'What a field of a source’s messages, or a trait of people, was like in a week.',
})
export class FieldQualityType {
  @Field(() => QualitySubject)
  subject!: string;

  @Field(() => String, { description: 'Key of the source, or of the trait.' })
  key!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The event’s name; null for what all messages have, and for traits.',
  })
  event!: string | null;

  @Field(() => String, { description: 'Dotted path of the field.' })
  field!: string;

  @Field(() => String, { description: 'The Monday of its week, in UTC.' })
  week!: string;

  @Field(() => DateTimeScalar)
  at!: number;

  @Field(() => Float, { description: 'Messages, or people, that could have it.' })
  rows!: number;

  @Field(() => FieldValueType)
  type!: string;

  @Field(() => Float, { description: 'Share of the present values that are of the type, of one.' })
  typeShare!: number;

  @Field(() => Float)
  missing!: number;

  @Field(() => Float, { description: 'Of one.' })
  missingShare!: number;

  @Field(() => Float)
  distinct!: number;

  @Field(() => Boolean, { description: 'False: within 2.5 %.' })
  distinctIsExact!: boolean;

  @Field(() => Float, {
    nullable: true,
    description: 'Rows of an identifier whose value an earlier row has; null where it is not meant to be unique.',
  })
  repeated!: number | null;

  @Field(() => Float, { nullable: true, description: 'Of the present values, of one.' })
  repeatedShare!: number | null;

  @Field(() => Boolean)
  isPersonal!: boolean;

  @Field(() => NumberFiguresType, { nullable: true })
  numbers!: NumberFiguresType | null;

  @Field(() => HistogramType, { nullable: true })
  histogram!: HistogramType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The earliest, of dates.' })
  earliest!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The latest, of dates.' })
  latest!: number | null;

  @Field(() => [ValueRowsType], { description: 'The most frequent values, 20 at most.' })
  top!: readonly ValueRowsType[];

  @Field(() => [QualityFindingType])
  findings!: readonly QualityFindingType[];

  @Field(() => FieldDriftType, { nullable: true, description: 'Null without an earlier week.' })
  drift!: FieldDriftType | null;
}

export const FieldQualityConnection = connectionOf('FieldQuality', FieldQualityType);
export const RecordQualityConnection = connectionOf('RecordQuality', RecordQualityType);

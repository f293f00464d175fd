import { Field, Float, ObjectType } from '@nestjs/graphql';
import { connectionOf } from './page.schema';
import { DateTimeScalar } from './scalars.schema';

/** The books of a source in a minute, an hour or a day. */
@ObjectType('LedgerPoint', { description: 'What came in from a source in a minute, an hour or a day.' })
export class LedgerPointType {
  sourceId!: string;

  @Field(() => DateTimeScalar)
  at!: number;

  @Field(() => Float)
  received!: number;

  @Field(() => Float)
  stored!: number;

  @Field(() => Float)
  duplicate!: number;

  @Field(() => Float)
  rejected!: number;

  @Field(() => Float)
  suppressed!: number;

  @Field(() => Float)
  quarantined!: number;
}

/** The books held against the events that are there. */
@ObjectType('LedgerBalance', {
  description:
    'The books held against the events that are there, at one instant: received = stored + duplicate + rejected + suppressed + quarantined, and stored = processed + pending.',
})
export class LedgerBalanceType {
  @Field(() => Float)
  received!: number;

  @Field(() => Float)
  stored!: number;

  @Field(() => Float)
  duplicate!: number;

  @Field(() => Float)
  rejected!: number;

  @Field(() => Float)
  suppressed!: number;

  @Field(() => Float)
  quarantined!: number;

  @Field(() => Float, { description: 'Stored records whose events are assigned to a person.' })
  processed!: number;

  @Field(() => Float, { description: 'Stored records whose events still are to be.' })
  pending!: number;
}

export const LedgerPointConnection = connectionOf('LedgerPoint', LedgerPointType);

import { Field, Float, ObjectType } from '@nestjs/graphql';

/** What may be wrong in a rule. */
@ObjectType('RuleWarning', {
  description:
    'A condition of a rule that holds for nobody by what the workspace has stored, or for everybody: most likely mistyped.',
})
export class RuleWarningType {
  @Field(() => String, { description: 'The node’s id, else its path (where.all.1).' })
  node!: string;

  @Field(() => String, {
    description:
      'event, trait, segment, model (never seen), property (the event never had it), type (values were of another kind), value, always (it holds for everybody), never',
  })
  kind!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true, description: 'The known name, or value, that is most likely meant.' })
  suggestion!: string | null;

  @Field(() => String)
  message!: string;
}

/** What one pass over everybody for a rule comes to. */
@ObjectType('RuleCost', {
  description: 'An estimate of one pass over everybody, as a preview or a back-fill makes it.',
})
export class RuleCostType {
  @Field(() => Float, { description: 'Rows that the column store reads.' })
  rows!: number;

  @Field(() => Float, { description: 'Their bytes before compression.' })
  bytes!: number;

  @Field(() => Float, { description: 'Work, to compare rules by: a row read and compared once is 1.' })
  units!: number;
}

/** What can be said of a rule without asking it of anybody. */
@ObjectType('RuleAdvice')
export class RuleAdviceType {
  @Field(() => [RuleWarningType])
  warnings!: readonly RuleWarningType[];

  @Field(() => RuleCostType)
  cost!: RuleCostType;

  @Field(() => Boolean, {
    description: 'True when it is answered for everybody at once only: its members change when it is filled again.',
  })
  batchOnly!: boolean;
}

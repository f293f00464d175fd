import { Field, InterfaceType, ObjectType, createUnionType } from '@nestjs/graphql';

/** What every expected failure says. */
@InterfaceType('Failure', {
  description: 'An expected failure: data, not an error.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class FailureType {
  @Field(() => String, { description: 'Stable code, SCOPE_WHAT_WENT_WRONG.' })
  code!: string;

  @Field(() => String)
  message!: string;
}

/** One thing wrong with an input. */
@ObjectType('Issue')
export class IssueType {
  @Field(() => String, { description: 'Where: a field, or a node of a rule (where.all.1).' })
  path!: string;

  @Field(() => String)
  message!: string;
}

/** The input is wrong; change it. */
@ObjectType('InvalidInput', { implements: FailureType, description: 'The input is wrong; change it.' })
export class InvalidInputType extends FailureType {
  @Field(() => [IssueType])
  issues!: IssueType[];
}

/** There is no such thing in this workspace. */
@ObjectType('NotFound', { implements: FailureType, description: 'There is no such thing in this workspace.' })
export class NotFoundType extends FailureType {}

/** The present state says no. */
@ObjectType('Conflict', { implements: FailureType, description: 'The present state says no.' })
export class ConflictType extends FailureType {}

/** Settings, credentials or data have to be put right by a person first. */
@ObjectType('NeedsAttention', {
  implements: FailureType,
  description: 'Settings, credentials or data have to be put right by a person first.',
})
export class NeedsAttentionType extends FailureType {}

type ClassOf = new () => object;
const failures = [InvalidInputType, NotFoundType, ConflictType, NeedsAttentionType] as const;

/** The answer of a mutation: what was made, or an expected failure. */
export function resultOf(name: string, success: ClassOf): ReturnType<typeof createUnionType> {
  return createUnionType({
    name: `${name}Result`,
    types: () => [success, ...failures],
    resolveType: (value: { __typename: string }) => value.__typename,
  });
}

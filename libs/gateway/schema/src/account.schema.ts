import { ArgsType, Field, ID, ObjectType } from '@nestjs/graphql';
import { connectionOf, PageArgs } from './page.schema';
import { DateTimeScalar } from './scalars.schema';

/** An account. */
@ObjectType('Account', { description: 'What `group` calls and events name by one group id: a company, a team.' })
export class AccountType {
  @Field(() => ID, { description: 'Stands where segments of accounts have a profile’s id.' })
  id!: string;

  @Field(() => String)
  groupId!: string;

  @Field(() => DateTimeScalar)
  firstSeenAt!: number;

  @Field(() => DateTimeScalar)
  lastSeenAt!: number;
}

/** Somebody who belongs to an account. */
@ObjectType('AccountPerson', { description: 'Somebody who belongs to an account, by a `group` call of theirs.' })
export class AccountPersonType {
  accountId!: string;
  profileId!: string;

  @Field(() => DateTimeScalar, { description: 'Time of the earliest call that says so.' })
  since!: number;
}

/** Names one account. */
@ArgsType()
export class AccountArgs {
  @Field(() => ID, { nullable: true })
  id?: string | null;

  @Field(() => String, { nullable: true })
  groupId?: string | null;
}

/** Which accounts. */
@ArgsType()
export class AccountsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Beginning of the group id.' })
  search?: string | null;
}

export const AccountConnection = connectionOf('Account', AccountType);
export const AccountPersonConnection = connectionOf('AccountPerson', AccountPersonType);

import { Args, Context, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  AccountArgs,
  AccountConnection,
  AccountPersonConnection,
  AccountPersonType,
  AccountsArgs,
  AccountType,
  EventConnection,
  MembershipConnection,
  MembershipType,
  PageArgs,
  ProfileType,
  TraitConnection,
} from '@kohort/gateway-schema';
import type { AccountPersonRecord, AccountRecord, MembershipRecord, ProfileRecord } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';

/** Accounts, and what is known of them. */
@Resolver(() => AccountType)
export class AccountResolver {
  @Query(() => AccountType, { nullable: true, description: 'By id, or by group id.' })
  @Policy('graphql:read')
  account(@Args({ type: () => AccountArgs }) args: AccountArgs, @Context('gateway') context: GatewayContext) {
    if (args.id != null) return context.loaders.account.load(args.id);
    if (args.groupId == null) throw gatewayErrors.GATEWAY_ACCOUNT_UNNAMED();
    return context.reader.accounts.byGroupId(args.groupId);
  }

  @Query(() => AccountConnection, { description: 'By group id.' })
  @Policy('graphql:read')
  async accounts(@Args({ type: () => AccountsArgs }) args: AccountsArgs, @Context('gateway') context: GatewayContext) {
    const filter = args.search == null ? {} : { search: args.search };
    return connection(await context.reader.accounts.list(filter, pageOf(args)), asIs);
  }

  @ResolveField(() => TraitConnection, { description: 'What `group` calls state of the account, as it stands now.' })
  @Policy('graphql:read')
  async traits(
    @Parent() account: AccountRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.profiles.traits(account.id, pageOf(args)), asIs);
  }

  @ResolveField(() => Int, { complexity: 10, description: 'People who belong to the account.' })
  @Policy('graphql:read')
  async size(@Parent() account: AccountRecord, @Context('gateway') context: GatewayContext) {
    return (await context.loaders.accountSize.load(account.id))?.people ?? 0;
  }

  @ResolveField(() => AccountPersonConnection, { description: 'Who belongs to the account, by profile id.' })
  @Policy('graphql:read')
  async people(
    @Parent() account: AccountRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.accounts.people(account, pageOf(args)), asIs);
  }

  @ResolveField(() => EventConnection, { description: 'Events that name the account, newest first.' })
  @Policy('graphql:read')
  async events(
    @Parent() account: AccountRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.accounts.events(account, pageOf(args)), asIs);
  }

  @ResolveField(() => MembershipConnection, { description: 'The segments of accounts that it is in.' })
  @Policy('graphql:read')
  async memberships(
    @Parent() account: AccountRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.segments.membershipsOf(account.id, pageOf(args)), asIs);
  }
}

/** The edges of belonging to an account. */
@Resolver(() => AccountPersonType)
export class AccountPersonResolver {
  @ResolveField(() => AccountType)
  @Policy('graphql:read')
  account(@Parent() { accountId }: AccountPersonRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.account.load(accountId);
  }

  @ResolveField(() => ProfileType)
  @Policy('graphql:read')
  profile(@Parent() { profileId }: AccountPersonRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.profile.load(profileId);
  }
}

/** The accounts of a person. */
@Resolver(() => ProfileType)
export class ProfileAccountsResolver {
  @ResolveField(() => AccountPersonConnection, { description: 'The accounts that this person belongs to.' })
  @Policy('graphql:read')
  async accounts(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.accounts.ofPerson(profile.id, pageOf(args)), asIs);
  }
}

/** The account of a membership. */
@Resolver(() => MembershipType)
export class MembershipAccountResolver {
  @ResolveField(() => AccountType, { nullable: true, description: 'In a segment of accounts; null in one of people.' })
  @Policy('graphql:read')
  account(@Parent() { profileId }: MembershipRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.account.load(profileId);
  }
}

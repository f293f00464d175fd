import { z } from 'zod';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ConsentRecordConnection,
  ConsentType,
  PageArgs,
  PersonIdentifierInput,
  ProfileType,
  PurposeType,
} from '@kohort/gateway-schema';
import type {
  ConsentRecord,
  ConsentView,
  Page,
  PageRequest,
  ProfileRecord,
  PurposeRecord,
} from '@kohort/kernel-contracts';
import { areSuppressed, consentOf, purposesOf } from '@kohort/privacy-flow';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { cursorIn, placeIn, type ListName } from '../context/list-cursors';
import { connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';

/** Identifiers of one question. */
const MAX_IDENTIFIERS = 500;

/** What a workspace asks consent for, and who is on its suppression list. */
@Resolver()
export class PrivacyResolver {
  @Query(() => [PurposeType], { description: 'What consent is asked for here, by key.' })
  @Policy('graphql:read')
  purposes(@Context('gateway') context: GatewayContext): Promise<readonly PurposeRecord[]> {
    return purposesOf(context.services.privacy, callerOf(context).workspaceId);
  }

  @Query(() => [Boolean], {
    description: 'For each identifier whether what bears it is refused; 1 to 500. Nobody can list the entries.',
  })
  @Policy('graphql:write')
  areSuppressed(
    @Args('identifiers', { type: () => [PersonIdentifierInput] }) identifiers: PersonIdentifierInput[],
    @Context('gateway') context: GatewayContext,
  ): Promise<readonly boolean[]> {
    if (identifiers.length < 1 || identifiers.length > MAX_IDENTIFIERS)
      throw gatewayErrors.GATEWAY_FIRST_OUT_OF_RANGE();
    return areSuppressed(context.services.privacy, callerOf(context).workspaceId, identifiers);
  }
}

const historyPlace = z.string().regex(/^\d{1,9}$/);

/** A history is short and read whole; its pages are places in it. */
function pageOfHistory(
  history: readonly ConsentRecord[],
  list: ListName,
  { first, after }: PageRequest,
): Page<ConsentRecord> {
  const place = placeIn(list, after, historyPlace);
  const from = place === null ? 0 : Number(place) + 1;
  const items = history
    .slice(from, from + first)
    .map((node, i) => ({ cursor: cursorIn(list, String(from + i)), node }));
  return { items, hasNextPage: from + first < history.length };
}

/** What a person has consented to. */
@Resolver(() => ProfileType)
export class ConsentResolver {
  @ResolveField(() => [ConsentType], {
    description: 'One a purpose that was ever spoken of. Of any other nothing is known, which means no.',
  })
  @Policy('graphql:read')
  async consents(
    @Parent() profile: ProfileRecord,
    @Context('gateway') context: GatewayContext,
  ): Promise<readonly ConsentView[]> {
    return (await consentOf(context.services.privacy, callerOf(context).workspaceId, profile.id)).purposes;
  }

  @ResolveField(() => ConsentRecordConnection, { description: 'Everything that was ever said, newest first.' })
  @Policy('graphql:read')
  async consentHistory(
    @Parent() profile: ProfileRecord,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    const { workspaceId } = callerOf(context);
    const page = pageOf(args);
    const { history } = await consentOf(context.services.privacy, workspaceId, profile.id);
    return connection(
      pageOfHistory(history, [workspaceId, 'consentHistory', profile.id], page),
      ({ subject, ...record }) => ({
        ...record,
        identifierType: subject.type,
        identifier: subject.value,
      }),
    );
  }
}

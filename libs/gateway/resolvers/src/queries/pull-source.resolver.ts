import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ConnectorType, PageArgs, PullSourceConnection, PullSourceType, SourceType } from '@kohort/gateway-schema';
import type { ConnectorCard, SourceConnectionView } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

/** Configured sources and the kinds of source there are. */
@Resolver(() => PullSourceType)
export class PullSourceResolver {
  @Query(() => PullSourceConnection)
  @Policy('graphql:read')
  async pullSources(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    return connection(await context.reader.sourceConnections(pageOf(args)), asIs);
  }

  @Query(() => PullSourceType, { nullable: true })
  @Policy('graphql:read')
  pullSource(@Args('key', { type: () => String }) key: string, @Context('gateway') context: GatewayContext) {
    return context.reader.sourceConnectionByKey(key);
  }

  @Query(() => [ConnectorType], { description: 'The kinds of source that this installation knows.' })
  @Policy('graphql:read')
  sourceConnectors(@Context('gateway') context: GatewayContext): readonly ConnectorCard[] {
    return context.services.sources.cards;
  }

  @ResolveField(() => SourceType)
  @Policy('graphql:read')
  source(@Parent() pulled: SourceConnectionView, @Context('gateway') context: GatewayContext) {
    return context.loaders.source.load(pulled.sourceId);
  }
}

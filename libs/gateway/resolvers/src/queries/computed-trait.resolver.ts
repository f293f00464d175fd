import { Args, Query, Resolver } from '@nestjs/graphql';
import { FEATURE_SET_VERSION, featureSet } from '@kohort/features-domain';
import { ComputedTraitConnection, ComputedTraitType, PageArgs } from '@kohort/gateway-schema';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

/** The computed traits of an installation: a set by version, the same in all workspaces. */
@Resolver(() => ComputedTraitType)
export class ComputedTraitResolver {
  @Query(() => ComputedTraitConnection, { description: 'What is computed about everybody, by key.' })
  @Policy('graphql:read')
  computedTraits(@Args({ type: () => PageArgs }) args: PageArgs) {
    const { first, after } = pageOf(args);
    const all = [...featureSet()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const behind = all.filter(({ key }) => after === null || key > after);
    const items = behind
      .slice(0, first)
      .map((one) => ({ cursor: one.key, node: { ...one, version: FEATURE_SET_VERSION } }));
    return connection({ items, hasNextPage: behind.length > first }, asIs);
  }
}

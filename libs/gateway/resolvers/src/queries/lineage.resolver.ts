import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { SEGMENT_ORDERS, lineageAround, lineageOf, type LineageUse } from '@kohort/features-domain';
import { workspaceFeatures } from '@kohort/features-flow';
import { LineageOfInput, LineageType } from '@kohort/gateway-schema';
import type { Json } from '@kohort/kernel-contracts';
import { namesUsed, parseRule } from '@kohort/segments-domain';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';

/** Names of everything that a workspace has. */
export const LINEAGE_COST = 50;

/** The names that a rule uses; consent is given by people and has no lineage. */
function usesOf(rule: Json | null): readonly LineageUse[] {
  if (rule === null) return [];
  return namesUsed(parseRule(rule)).flatMap(({ kind, name }) => (kind === 'purpose' ? [] : [{ kind, key: name }]));
}

/** What of a workspace comes of what. */
@Resolver()
export class LineageResolver {
  @Query(() => LineageType, {
    complexity: LINEAGE_COST,
    description:
      'What comes of what: source, event, trait, segment, model, destination. With `of` all that it comes of and all that becomes of it; nothing when there is no such thing.',
  })
  @Policy('graphql:read')
  async lineage(
    @Args('of', { type: () => LineageOfInput, nullable: true }) of: LineageOfInput | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<LineageType> {
    const [records, traits] = await Promise.all([
      context.reader.lineage(),
      workspaceFeatures(context.services.traits.store, callerOf(context).workspaceId),
    ]);
    const named = <T extends { readonly name: string }>({ name, ...rest }: T) => ({ label: name, ...rest });
    const graph = lineageOf({
      sources: records.sources.map(named),
      traits: traits.definitions,
      segments: records.segments.map(({ rule, ...one }) => ({ ...named(one), uses: usesOf(rule) })),
      models: records.models.map(({ features, event, ...one }) => ({
        ...named(one),
        uses: [
          ...features.map((key) => ({ kind: 'trait' as const, key })),
          ...(event === null ? [] : [{ kind: 'event' as const, key: event }]),
        ],
      })),
      destinations: records.destinations.map(named),
      orders: SEGMENT_ORDERS,
    });
    return of ? lineageAround(graph, of) : graph;
  }
}

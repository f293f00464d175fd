import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { JsonScalar, ProfileType, SegmentPreviewResult, SegmentPreviewType } from '@kohort/gateway-schema';
import type { Json, ProfileRecord } from '@kohort/kernel-contracts';
import type { SegmentPreview } from '@kohort/segments-flow';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, invalidInput, type Answer } from '../errors/results';
import { segmentsOf } from './segment-figures.resolver';

/** A statement over everybody: few of them a request. */
export const PREVIEW_COST = 300;

/** A preview as the API shows it. */
export function previewView(preview: SegmentPreview): object {
  const { members, conditions, overlap, isExact, params, sample, ...rest } = preview;
  return {
    ...rest,
    members,
    exact: isExact,
    conditions: conditions.map((each) => ({
      ...each,
      removes: each.membersWithout === null ? null : each.membersWithout - members,
    })),
    overlap: overlap.map(({ key, size, shared }) => {
      const any = size + members - shared;
      return { key, size, shared, jaccard: any === 0 ? 0 : shared / any };
    }),
    sqlParams: params,
    sampleIds: sample,
  };
}

/** Some people by their ids; who is gone is left out. */
export async function profilesOf(context: GatewayContext, ids: readonly string[]): Promise<readonly ProfileRecord[]> {
  const found = await context.loaders.profile.loadMany([...ids]);
  return found.flatMap((profile) => (profile === null || profile instanceof Error ? [] : [profile]));
}

/** What a rule would select, before it is a segment. */
@Resolver(() => SegmentPreviewType)
export class SegmentPreviewResolver {
  @Query(() => SegmentPreviewResult, {
    complexity: PREVIEW_COST,
    description:
      'Counts whom a rule would select: exactly, condition by condition, with a sample and the overlap with other segments.',
  })
  @Policy('graphql:read')
  async segmentPreview(
    @Args('rule', {
      type: () => JsonScalar,
      description: '{"version": 1, "entity": "profile", "where": …}, or a text in the text form.',
    })
    rule: unknown,
    @Args('key', {
      type: () => String,
      nullable: true,
      description: 'The segment that the rule is a draft of: it may not refer to itself.',
    })
    key: string | null,
    @Args('compare', { type: () => [String], nullable: true, description: 'Keys of up to 20 segments.' })
    compare: readonly string[] | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const verdict = context.services.rules.check(rule as Json);
    if (!verdict.valid) return invalidInput('GATEWAY_RULE_INVALID', verdict.issues);
    const keys = compare ?? [];
    return answer('SegmentPreview', async () => {
      const { previews, deadlineMs } = context.services;
      if (previews === null) throw gatewayErrors.GATEWAY_NO_COLUMNS();
      if (keys.length > 0) await segmentsOf(context, keys);
      const { workspaceId } = callerOf(context);
      const request = { workspaceId, rule: verdict.rule, key: key ?? null, compare: keys };
      return previewView(await previews.preview(request, AbortSignal.timeout(deadlineMs)));
    });
  }

  @ResolveField(() => [ProfileType], { description: 'Up to 20 members, those with the smallest ids.' })
  @Policy('graphql:read')
  sample(@Parent() preview: { readonly sampleIds: readonly string[] }, @Context('gateway') context: GatewayContext) {
    return profilesOf(context, preview.sampleIds);
  }
}

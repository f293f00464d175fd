import { Args, Context, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  DiffSyncType,
  JsonScalar,
  ProfileType,
  SegmentDiffResult,
  SegmentDiffType,
  SegmentType,
} from '@kohort/gateway-schema';
import type { Json, SegmentId } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, invalidInput, type Answer } from '../errors/results';
import { callsOfSyncs } from './downstream-calls';
import { PREVIEW_COST, previewView, profilesOf } from './segment-preview.resolver';

/** Versions among which a draft is looked for. */
const MOST_VERSIONS = 100;

interface DiffNode {
  readonly segmentId: SegmentId;
  readonly entering: number;
  readonly leaving: number;
  readonly enteringIds: readonly string[];
  readonly leavingIds: readonly string[];
  readonly dependentKeys: readonly string[];
}

/** What a draft would change, before it is published. */
@Resolver(() => SegmentDiffType)
export class SegmentDiffResolver {
  @Query(() => SegmentDiffResult, {
    complexity: PREVIEW_COST,
    description: 'Who would enter and leave if a draft served: the latest version, the one that is named, or a rule.',
  })
  @Policy('graphql:read')
  async segmentDiff(
    @Args('key') key: string,
    @Args('version', { type: () => Int, nullable: true }) version: number | null,
    @Args('rule', { type: () => JsonScalar, nullable: true, description: 'A rule, or a text in the text form.' })
    rule: unknown,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const { rules, previews, deadlineMs } = context.services;
    const verdict = rule == null ? null : rules.check(rule as Json);
    if (verdict !== null && !verdict.valid) return invalidInput('GATEWAY_RULE_INVALID', verdict.issues);
    return answer('SegmentDiff', async () => {
      if (previews === null) throw gatewayErrors.GATEWAY_NO_COLUMNS();
      const segment = await context.loaders.segmentByKey.load(key);
      if (!segment) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
      const { items } = await context.reader.segments.versions(segment.id, { first: MOST_VERSIONS, after: null });
      const draft = version == null ? items[0]?.node : items.find(({ node }) => node.version === version)?.node;
      if (verdict === null && draft === undefined) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'version' });
      const { workspaceId } = callerOf(context);
      const request = { workspaceId, key, rule: verdict?.rule ?? draft?.rule ?? null };
      const diff = await previews.diff(request, AbortSignal.timeout(deadlineMs));
      const { preview, enteringSample, leavingSample, dependents, ...figures } = diff;
      return {
        ...figures,
        key,
        version: verdict === null ? (draft?.version ?? null) : null,
        liveVersion: segment.liveVersion,
        preview: previewView(preview),
        segmentId: segment.id,
        enteringIds: enteringSample,
        leavingIds: leavingSample,
        dependentKeys: dependents,
      };
    });
  }

  @ResolveField(() => [ProfileType], { description: 'Up to 20 who would enter, those with the smallest ids.' })
  @Policy('graphql:read')
  enteringSample(@Parent() diff: DiffNode, @Context('gateway') context: GatewayContext) {
    return profilesOf(context, diff.enteringIds);
  }

  @ResolveField(() => [ProfileType], { description: 'Up to 20 who would leave.' })
  @Policy('graphql:read')
  leavingSample(@Parent() diff: DiffNode, @Context('gateway') context: GatewayContext) {
    return profilesOf(context, diff.leavingIds);
  }

  @ResolveField(() => [SegmentType], {
    description: 'Live segments whose rules refer to it, directly or through others: their members may change too.',
  })
  @Policy('graphql:read')
  dependents(@Parent() diff: DiffNode, @Context('gateway') context: GatewayContext) {
    return Promise.all(diff.dependentKeys.map((key) => context.loaders.segmentByKey.load(key)));
  }

  @ResolveField(() => [DiffSyncType], { description: 'What each of its syncs would have to bring to its destination.' })
  @Policy('graphql:read')
  syncs(@Parent() diff: DiffNode, @Context('gateway') context: GatewayContext) {
    return callsOfSyncs(context, diff.segmentId, { adds: diff.entering, removes: diff.leaving });
  }
}

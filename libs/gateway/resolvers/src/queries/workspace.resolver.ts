import { Args, Context, Float, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ChangeLogType,
  CursorScalar,
  ImportedFileType,
  LedgerConnection,
  LedgerEntryType,
  LedgerRange,
  MembershipConnection,
  PageArgs,
  SourceConnection,
  SourceType,
  WorkspaceType,
} from '@kohort/gateway-schema';
import { isAppError } from '@kohort/kernel-errors';
import type { ImportedFile, LedgerRecord, WorkspaceRecord } from '@kohort/kernel-contracts';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { withSnapshotToken } from '../feeds/snapshot-token';

/** Digests of one call of `importedFiles`. */
const MAX_DIGESTS = 1_000;

/** The workspace that the caller's key names, its sources and its books. */
@Resolver(() => WorkspaceType)
export class WorkspaceResolver {
  @Query(() => WorkspaceType)
  @Policy('graphql:read')
  async workspace(@Context('gateway') context: GatewayContext): Promise<WorkspaceRecord> {
    const workspace = await context.reader.workspace();
    if (!workspace) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'workspace' });
    return workspace;
  }

  @ResolveField(() => Float, {
    description: 'Records and jobs that are accepted and not yet worked off; 0 when all is done.',
  })
  @Policy('graphql:read')
  backlog(@Context('gateway') context: GatewayContext): Promise<number> {
    return context.reader.backlog();
  }

  @Query(() => SourceConnection)
  @Policy('graphql:read')
  async sources(@Args({ type: () => PageArgs }) args: PageArgs, @Context('gateway') context: GatewayContext) {
    return connection(await context.reader.sources(pageOf(args)), asIs);
  }

  @Query(() => [ImportedFileType], {
    description: 'Which of these files a source has had, by their digests (at most 1,000).',
  })
  @Policy('graphql:read')
  importedFiles(
    @Args('source', { type: () => String, description: 'Key of the source.' }) source: string,
    @Args('sha256', { type: () => [String] }) sha256: string[],
    @Context('gateway') context: GatewayContext,
  ): Promise<readonly ImportedFile[]> {
    return context.reader.importedFiles(source, sha256.slice(0, MAX_DIGESTS));
  }

  @Query(() => LedgerConnection, {
    description: 'Per source: received = stored + duplicate + rejected + suppressed + quarantined.',
  })
  @Policy('graphql:read')
  async ledger(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('range', { type: () => LedgerRange, nullable: true }) range: LedgerRange | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const bounds = { fromMs: range?.from ?? undefined, toMs: range?.to ?? undefined };
    return connection(await context.reader.ledger(bounds, pageOf(args)), asIs);
  }

  @Query(() => ChangeLogType)
  @Policy('graphql:read')
  async changeLog(@Context('gateway') context: GatewayContext): Promise<ChangeLogType> {
    return { head: await context.services.changeLog.head(callerOf(context).workspaceId) };
  }

  @Query(() => MembershipConnection, {
    description:
      'Who was in at a place of the change log, by segment and person: all that is needed to begin anew. Then subscribe with `after` set to the same token, and apply what comes by its `changeVersion`: nothing is missing.',
  })
  @Policy('graphql:read')
  async membershipSnapshot(
    @Args('token', { type: () => CursorScalar, description: 'Any cursor of the change log.' }) token: string,
    @Args('segment', { type: () => String, nullable: true, description: 'Key of a segment.' }) segment: string | null,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    const { services, loaders } = context;
    const found = segment ? await loaders.segmentByKey.load(segment) : null;
    if (segment && !found) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
    const { workspaceId } = callerOf(context);
    const at = { cursor: token, segmentId: found?.id };
    try {
      return connection(await services.changeLog.membersAt(workspaceId, at, pageOf(args)), asIs);
    } catch (thrown) {
      const of = { log: services.changeLog, workspaceId };
      throw isAppError(thrown) ? await withSnapshotToken(of, thrown) : thrown;
    }
  }
}

/** The edges of a ledger entry. */
@Resolver(() => LedgerEntryType)
export class LedgerEntryResolver {
  @ResolveField(() => SourceType)
  @Policy('graphql:read')
  source(@Parent() entry: LedgerRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.source.load(entry.sourceId);
  }

  @ResolveField(() => Float, {
    description: 'received − (stored + duplicate + rejected + suppressed + quarantined): 0.',
  })
  @Policy('graphql:read')
  residual(@Parent() entry: LedgerRecord): number {
    const known = entry.stored + entry.duplicate + entry.rejected + entry.suppressed + entry.quarantined;
    return entry.received - known;
  }
}

import { Args, Context, Float, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  LedgerBalanceType,
  LedgerPointConnection,
  LedgerPointType,
  LedgerRange,
  PageArgs,
  SourceType,
  TimeStep,
} from '@kohort/gateway-schema';
import { TIME_STEPS, type LedgerBalanceRecord, type LedgerPoint } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { sourceOf } from './source-of';

type Counts = Omit<LedgerPoint, 'sourceId' | 'at'>;

const residualOf = ({ received, stored, duplicate, rejected, suppressed, quarantined }: Counts): number =>
  received - (stored + duplicate + rejected + suppressed + quarantined);

const bounds = (range: LedgerRange | null | undefined) => ({
  fromMs: range?.from ?? undefined,
  toMs: range?.to ?? undefined,
});

/** The books held against the events that are there. */
@Resolver(() => LedgerBalanceType)
export class LedgerBalanceResolver {
  @Query(() => LedgerBalanceType, {
    description: 'Of the workspace or of one source; whole minutes. Past hours are counted once, later ones are read.',
  })
  @Policy('graphql:read')
  async ledgerBalance(
    @Args('source', { type: () => String, nullable: true }) source: string | null,
    @Args('range', { type: () => LedgerRange, nullable: true }) range: LedgerRange | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<LedgerBalanceRecord> {
    return context.reader.tracking.balance({ ...bounds(range), sourceId: await sourceOf(context, source) });
  }

  @ResolveField(() => Float, { description: 'received − the five fates: 0.' })
  @Policy('graphql:read')
  residual(@Parent() balance: LedgerBalanceRecord): number {
    return residualOf(balance);
  }

  @ResolveField(() => Float, {
    description: 'stored − (processed + pending): 0, but for events that were erased or whose retention is over.',
  })
  @Policy('graphql:read')
  storedResidual(@Parent() balance: LedgerBalanceRecord): number {
    return balance.stored - balance.processed - balance.pending;
  }
}

/** The books by time. */
@Resolver(() => LedgerPointType)
export class LedgerPointResolver {
  @Query(() => LedgerPointConnection, { description: 'By time, then source.' })
  @Policy('graphql:read')
  async ledgerSeries(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('step', { type: () => TimeStep }) step: string,
    @Args('source', { type: () => String, nullable: true }) source: string | null,
    @Args('range', { type: () => LedgerRange, nullable: true }) range: LedgerRange | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const sourceId = await sourceOf(context, source);
    const of = { ...bounds(range), sourceId, step: TIME_STEPS.find((one) => one === step) ?? 'minute' };
    return connection(await context.reader.tracking.ledgerSeries(of, pageOf(args)), asIs);
  }

  @ResolveField(() => SourceType)
  @Policy('graphql:read')
  source(@Parent() point: LedgerPoint, @Context('gateway') context: GatewayContext) {
    return context.loaders.source.load(point.sourceId);
  }

  @ResolveField(() => Float, { description: 'received − the five fates: 0.' })
  @Policy('graphql:read')
  residual(@Parent() point: LedgerPoint): number {
    return residualOf(point);
  }
}

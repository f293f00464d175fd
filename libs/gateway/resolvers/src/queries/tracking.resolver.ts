import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  AlertConnection,
  AlertFilter,
  AlertType,
  ModelType,
  PageArgs,
  PlanChangeType,
  PlanViolationConnection,
  PlanViolationCountType,
  PlanViolationFilter,
  QuarantineFilterInput,
  QuarantinedEventConnection,
  QuarantinedEventType,
  SourceType,
  TimeStep,
  TrackingPlanConnection,
  TrackingPlanFilter,
  TrackingPlanType,
} from '@kohort/gateway-schema';
import type { AlertRecord, EventOfSource, QuarantinedRecord, TrackingPlanRecord } from '@kohort/kernel-contracts';
import { diffPlans, planSchema, type PlanChange } from '@kohort/quality-domain';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';
import { quarantineFilter } from './quarantine-filter';
import { sourceOf } from './source-of';

const orAbsent = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

/** Tracking plans and what they found. */
@Resolver(() => TrackingPlanType)
export class TrackingPlanResolver {
  @Query(() => TrackingPlanConnection, { description: 'The workspace’s versions first, then by source; newest first.' })
  @Policy('graphql:read')
  async trackingPlans(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => TrackingPlanFilter, nullable: true }) filter: TrackingPlanFilter | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const sourceId = filter?.source === '' ? null : await sourceOf(context, filter?.source);
    const narrowed = { sourceId, status: orAbsent(filter?.status), origin: orAbsent(filter?.origin) };
    return connection(await context.reader.tracking.plans(narrowed, pageOf(args)), asIs);
  }

  @Query(() => TrackingPlanType, {
    nullable: true,
    description: 'A version by its id or by source and number; without a number the one in force.',
  })
  @Policy('graphql:read')
  async trackingPlan(
    @Args('id', { type: () => ID, nullable: true }) id: string | null,
    @Args('source', { type: () => String, nullable: true }) source: string | null,
    @Args('version', { type: () => Int, nullable: true }) version: number | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<TrackingPlanRecord | null> {
    if (id != null) return context.reader.tracking.plan(id);
    return context.reader.tracking.planOf((await sourceOf(context, source)) ?? null, version ?? null);
  }

  @ResolveField(() => SourceType, { nullable: true, description: 'Null: of every source without a plan of its own.' })
  @Policy('graphql:read')
  source(@Parent() plan: TrackingPlanRecord, @Context('gateway') context: GatewayContext) {
    return plan.sourceId === null ? null : context.loaders.source.load(plan.sourceId);
  }

  @ResolveField(() => [PlanChangeType], { description: 'What it changes against the version in force, at most 500.' })
  @Policy('graphql:read')
  async changes(
    @Parent() plan: TrackingPlanRecord,
    @Context('gateway') context: GatewayContext,
  ): Promise<readonly PlanChange[]> {
    if (plan.status === 'approved') return [];
    const before = await context.reader.tracking.planOf(plan.sourceId, null);
    const document = before ? planSchema.parse(before.document) : null;
    return diffPlans(document, planSchema.parse(plan.document)).slice(0, 500);
  }

  @Query(() => PlanViolationConnection, { description: 'By source, event, version, rule and action.' })
  @Policy('graphql:read')
  async planViolations(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => PlanViolationFilter, nullable: true }) filter: PlanViolationFilter | null,
    @Args('step', { type: () => TimeStep, nullable: true, description: 'HOUR or DAY; added up when absent.' })
    step: string | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const narrowed = {
      sourceId: await sourceOf(context, filter?.source),
      event: orAbsent(filter?.event),
      rule: orAbsent(filter?.rule),
      fromMs: orAbsent(filter?.from),
      toMs: orAbsent(filter?.to),
      step: step == null ? undefined : step === 'day' ? ('day' as const) : ('hour' as const),
    };
    return connection(await context.reader.tracking.violations(narrowed, pageOf(args)), asIs);
  }
}

/** The edges of a count. */
@Resolver(() => PlanViolationCountType)
export class PlanViolationResolver {
  @ResolveField(() => SourceType)
  @Policy('graphql:read')
  source(@Parent() count: EventOfSource, @Context('gateway') context: GatewayContext) {
    return context.loaders.source.load(count.sourceId);
  }
}

/** What was not let in. */
@Resolver(() => QuarantinedEventType)
export class QuarantineResolver {
  @Query(() => QuarantinedEventConnection, { description: 'Oldest first; kept for 30 days unless set otherwise.' })
  @Policy('graphql:read')
  async quarantinedEvents(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => QuarantineFilterInput, nullable: true }) filter: QuarantineFilterInput | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const sourceId = await sourceOf(context, filter?.source);
    return connection(
      await context.reader.tracking.quarantined(quarantineFilter(filter, sourceId), pageOf(args)),
      asIs,
    );
  }

  @ResolveField(() => SourceType)
  @Policy('graphql:read')
  source(@Parent() item: QuarantinedRecord, @Context('gateway') context: GatewayContext) {
    return context.loaders.source.load(item.sourceId);
  }
}

/** Alerts of volume and silence. */
@Resolver(() => AlertType)
export class AlertResolver {
  @Query(() => AlertConnection, { description: 'Newest first.' })
  @Policy('graphql:read')
  async alerts(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => AlertFilter, nullable: true }) filter: AlertFilter | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const sourceId = await sourceOf(context, filter?.source);
    const narrowed = { sourceId, state: orAbsent(filter?.state), kind: orAbsent(filter?.kind) };
    return connection(await context.reader.tracking.alerts(narrowed, pageOf(args)), asIs);
  }

  @ResolveField(() => SourceType, { nullable: true, description: 'Null of an alert about a model.' })
  @Policy('graphql:read')
  source(@Parent() alert: AlertRecord, @Context('gateway') context: GatewayContext) {
    return alert.sourceId === null ? null : context.loaders.source.load(alert.sourceId);
  }

  @ResolveField(() => ModelType, { nullable: true, description: 'Of DRIFT.' })
  @Policy('graphql:read')
  model(@Parent() alert: AlertRecord, @Context('gateway') context: GatewayContext) {
    return alert.modelId === null ? null : context.loaders.model.load(alert.modelId);
  }
}

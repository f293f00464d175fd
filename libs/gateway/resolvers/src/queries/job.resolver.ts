import { z } from 'zod';
import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { JobConnection, JobFilter, JobType, PageArgs, ProgressType } from '@kohort/gateway-schema';
import type { JobRecord } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { asIs, connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

const progressSchema = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number().nullable().default(null),
  perSecond: z.number().nullable().default(null),
  etaMs: z.number().nullable().default(null),
});

/** Long jobs. */
@Resolver(() => JobType)
export class JobResolver {
  @Query(() => JobType, { nullable: true })
  @Policy('graphql:read')
  job(@Args('id', { type: () => ID }) id: string, @Context('gateway') context: GatewayContext) {
    return context.loaders.job.load(id);
  }

  @Query(() => JobConnection, { description: 'Newest first.' })
  @Policy('graphql:read')
  async jobs(
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Args('filter', { type: () => JobFilter, nullable: true }) filter: JobFilter | null,
    @Context('gateway') context: GatewayContext,
  ) {
    const narrowed = { job: filter?.job ?? undefined, status: filter?.status ?? undefined };
    return connection(await context.reader.jobs.list(narrowed, pageOf(args)), asIs);
  }

  @ResolveField(() => ProgressType, { nullable: true })
  @Policy('graphql:read')
  progress(@Parent() job: JobRecord): ProgressType | null {
    const parsed = progressSchema.safeParse(job.progress);
    return parsed.success ? parsed.data : null;
  }
}

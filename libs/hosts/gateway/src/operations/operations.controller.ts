import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Clock } from '@kohort/kernel-clock-random';
import { Policy } from '@kohort/gateway-resolvers';
import { databaseHealth, type Database, type DatabaseHealth } from '@kohort/platform-postgres';
import type { GatewayMetrics } from './metrics';

/** Tokens of what the controller reads. */
export const DATABASE = Symbol('database');
export const CLOCK = Symbol('clock');
export const METRICS = Symbol('metrics');
export const OUTAGE = Symbol('outage');

/** What takes events while PostgreSQL is away. */
export interface Outage {
  /** How long PostgreSQL has been away; null: it is not, as far as the door knows. */
  readonly awayMs: number | null;
  readonly isNearlyFull: boolean;
  readonly spool: { readonly bytes: number; readonly records: number };
}

/** For so long an outage is bridged by the spool: a balancer need not look elsewhere. */
const BRIDGED_MS = 60_000;

const MAX_SKEW_MS = 5_000;
const AWAY = 'the database is away';

/** What a supervisor and a scraper ask. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) private readonly gauges: GatewayMetrics,
    @Inject(OUTAGE) private readonly outage: Outage | null,
  ) {}

  @Get('health/live')
  @Policy('public')
  live(): { status: string } {
    return { status: 'live' };
  }

  /**
   * Ready: PostgreSQL takes writes and its clock agrees with ours within five seconds, and the spool has room. An outage
   * of up to a minute is bridged by the spool: ready then too, and said to be degraded. A rebuild that failed in its switch
   * is told of: another process has it go on.
   */
  @Get('health/ready')
  @Policy('public')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{
    status: string;
    reason?: string;
    degraded?: string;
    strandedSwitches?: number;
    spool?: Outage['spool'];
  }> {
    const { reason, stranded } = await this.look();
    const { outage } = this;
    const records = outage?.spool.records ?? 0;
    const spool = outage && records > 0 ? { spool: { bytes: outage.spool.bytes, records } } : {};
    if (reason === null) return { status: 'ready', ...(stranded > 0 ? { strandedSwitches: stranded } : {}), ...spool };
    const awayMs = outage?.awayMs ?? 0;
    if (outage && reason === AWAY && !outage.isNearlyFull && awayMs < BRIDGED_MS) {
      return { status: 'ready', degraded: reason, ...spool };
    }
    void reply.code(503);
    return { status: 'not ready', reason, ...spool };
  }

  @Get('metrics')
  @Policy('public')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.gauges.registry.metrics();
  }

  /** Why not ready, null when it is; and how many workspaces wait for a rebuild that failed in its switch. */
  private async look(): Promise<{ readonly reason: string | null; readonly stranded: number }> {
    try {
      const health = await databaseHealth(this.database, this.clock);
      return { reason: this.reasonOf(health), stranded: health.strandedSwitches };
    } catch (thrown) {
      return { reason: thrown instanceof Error ? AWAY : 'unknown', stranded: 0 };
    }
  }

  private reasonOf({ isWritable, clockSkewMs }: DatabaseHealth): string | null {
    if (this.outage?.isNearlyFull) return 'the spool is nearly full';
    if (!isWritable) return 'the database takes no writes';
    return Math.abs(clockSkewMs) > MAX_SKEW_MS ? 'the clocks disagree' : null;
  }
}

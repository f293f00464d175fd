import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Clock } from '@kohort/kernel-clock-random';
import { Policy } from '@kohort/gateway-resolvers';
import { databaseHealth, type Database } from '@kohort/platform-postgres';
import type { GatewayMetrics } from './metrics';

/** Tokens of what the controller reads. */
export const DATABASE = Symbol('database');
export const CLOCK = Symbol('clock');
export const METRICS = Symbol('metrics');

const MAX_SKEW_MS = 5_000;

/** What a supervisor and a scraper ask. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) private readonly gauges: GatewayMetrics,
  ) {}

  @Get('health/live')
  @Policy('public')
  live(): { status: string } {
    return { status: 'live' };
  }

  /** Ready: PostgreSQL takes writes and its clock agrees with ours within five seconds. */
  @Get('health/ready')
  @Policy('public')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; reason?: string }> {
    const reason = await this.notReady();
    if (reason === null) return { status: 'ready' };
    void reply.code(503);
    return { status: 'not ready', reason };
  }

  @Get('metrics')
  @Policy('public')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.gauges.registry.metrics();
  }

  private async notReady(): Promise<string | null> {
    try {
      const { isWritable, clockSkewMs } = await databaseHealth(this.database, this.clock);
      if (!isWritable) return 'the database takes no writes';
      return Math.abs(clockSkewMs) > MAX_SKEW_MS ? 'the clocks disagree' : null;
    } catch (thrown) {
      return thrown instanceof Error ? 'the database is away' : 'unknown';
    }
  }
}

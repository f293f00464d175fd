import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { PolicyGuard, RESOLVERS, TextInterceptor } from '@kohort/gateway-resolvers';
import type { Database } from '@kohort/platform-postgres';
import { GatewayExceptionFilter, LOGGER } from './graphql/gateway-exception.filter';
import type { GatewayMetrics } from './operations/metrics';
import {
  CLOCK,
  DATABASE,
  METRICS,
  OUTAGE,
  OperationsController,
  type Outage,
} from './operations/operations.controller';

/** Everything of the gateway that Nest puts together; what must name a policy. */
export const HANDLER_CLASSES: readonly Type<object>[] = [...RESOLVERS, OperationsController];

/** What the module binds. */
export interface ModuleParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly mercurius: MercuriusDriverConfig;
  /** What takes events while PostgreSQL is away; null: nothing does. */
  readonly outage: Outage | null;
}

/** The gateway as a Nest module: ports bound to what the host was given, and nothing else. */
@Module({})
export class GatewayModule {
  static with(parts: ModuleParts): DynamicModule {
    return {
      module: GatewayModule,
      imports: [GraphQLModule.forRoot<MercuriusDriverConfig>(parts.mercurius)],
      controllers: [OperationsController],
      providers: [
        ...RESOLVERS,
        { provide: DATABASE, useValue: parts.database },
        { provide: CLOCK, useValue: parts.clock },
        { provide: METRICS, useValue: parts.metrics },
        { provide: OUTAGE, useValue: parts.outage },
        { provide: LOGGER, useValue: parts.logger },
        { provide: APP_GUARD, useClass: PolicyGuard },
        { provide: APP_INTERCEPTOR, useClass: TextInterceptor },
        { provide: APP_FILTER, useClass: GatewayExceptionFilter },
      ],
    };
  }
}

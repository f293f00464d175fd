import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { GqlArgumentsHost, type GqlContextType } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toPublicError, type GatewayContext } from '@kohort/gateway-resolvers';
import type { Logger } from '@kohort/kernel-telemetry';
import { httpAnswer } from '@kohort/platform-nest';

/** Token of the process's logger. */
export const LOGGER = Symbol('logger');

/** The last to see an error: GraphQL gets it in public form, plain HTTP an answer by its kind. */
@Catch()
export class GatewayExceptionFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): unknown {
    if (host.getType<GqlContextType>() === 'graphql') {
      const { gateway } = GqlArgumentsHost.create(host).getContext<{ gateway: GatewayContext }>();
      return toPublicError(thrown, { correlationId: gateway.correlationId, logger: this.logger });
    }
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const answer = httpAnswer(thrown, { correlationId: request.id, logger: this.logger });
    return host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .code(answer.status)
      .headers(answer.headers)
      .send(answer.body);
  }
}

import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { of, type Observable } from 'rxjs';
import { faultyText } from '@kohort/kernel-contracts';
import { gatewayErrors } from '../errors/gateway.errors';
import { invalidInput } from '../errors/results';

/** The rule language names the node of a text that cannot be stored; that is more than its path here. */
const isRule = (key: string): boolean => key === 'rule';

/**
 * Refuses arguments that hold a text which PostgreSQL cannot keep, or would keep as another: NUL, and half of a surrogate
 * pair. It stands before all of them, so that no free text is forgotten. A mutation answers so; a question fails.
 *
 * Throws  GATEWAY_TEXT_INVALID where nothing is to be changed
 */
@Injectable()
export class TextInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (execution.getType<GqlContextType>() !== 'graphql') return next.handle();
    const graphql = GqlExecutionContext.create(execution);
    const { parentType } = graphql.getInfo<{ readonly parentType: { readonly name: string } }>();
    const found = faultyText(graphql.getArgs(), isRule);
    if (found === undefined) return next.handle();
    const path = found.path.filter((step, at) => at > 0 || step !== 'input').join('.');
    if (parentType.name !== 'Mutation') throw gatewayErrors.GATEWAY_TEXT_INVALID({ path, fault: found.fault });
    return of(invalidInput('GATEWAY_INPUT_INVALID', [{ path, message: `a text ${found.fault}` }]));
  }
}

import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { of, type Observable } from 'rxjs';
import { faultyText } from '@kohort/kernel-contracts';
import { invalidInput } from '../errors/results';

/** The rule language names the node of a text that cannot be stored; that is more than its path here. */
const isRule = (key: string): boolean => key === 'rule';

/**
 * Refuses inputs of mutations that hold a text which PostgreSQL cannot keep, or would keep as another: NUL, and half of a
 * surrogate pair. It stands before all of them, so that no free text of an input is forgotten.
 */
@Injectable()
export class TextInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (execution.getType<GqlContextType>() !== 'graphql') return next.handle();
    const graphql = GqlExecutionContext.create(execution);
    const { parentType } = graphql.getInfo<{ readonly parentType: { readonly name: string } }>();
    if (parentType.name !== 'Mutation') return next.handle();
    const found = faultyText(graphql.getArgs(), isRule);
    if (found === undefined) return next.handle();
    const path = found.path.filter((step, at) => at > 0 || step !== 'input').join('.');
    return of(invalidInput('GATEWAY_INPUT_INVALID', [{ path, message: `a text ${found.fault}` }]));
  }
}

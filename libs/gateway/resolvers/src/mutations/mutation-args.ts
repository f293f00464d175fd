import { Args } from '@nestjs/graphql';

/** The argument that every mutation takes: the same key again changes nothing and answers the same. */
export function IdempotencyKey(): ParameterDecorator {
  return Args('idempotencyKey', {
    type: () => String,
    nullable: true,
    description: 'The same key with the same input changes nothing and answers what the first call made.',
  });
}

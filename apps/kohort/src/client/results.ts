import type { ErrorKind } from '@kohort/kernel-errors';
import { clientErrors } from './client-errors';

/** A mutation's answer: the payload, or an expected failure with its code. */
export interface MutationAnswer {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** Selected beside the payload in every mutation of the command line. */
export const FAILURE_FIELDS = '... on Failure { code message } ... on InvalidInput { issues { path message } }';

/** Why something was refused, in one line: the message, and the places where the input is wrong. */
export function reasonOf({ __typename, message = __typename, issues = [] }: MutationAnswer): string {
  const places = issues.map((issue) =>
    [issue.path, `node ${issue.path}: `].some((place) => issue.message.startsWith(place))
      ? issue.message
      : `${issue.path}: ${issue.message}`,
  );
  // Often the message is that of the first place, or of all of them.
  const said = [...issues.map((issue) => issue.message), ...places, places.join('; ')];
  const isSaid = issues.length > 0 && said.includes(message);
  return [...(isSaid ? [] : [message]), ...places].join('; ');
}

/** What the kinds of failure mean that a mutation answers as data; what needs attention may be of several. */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  InvalidInput: 'invalid-input',
  NotFound: 'not-found',
  Conflict: 'conflict',
};

/**
 * The payload of a mutation.
 *
 * Throws  CLIENT_REFUSED with the API's own code and, for wrong input, the places
 */
export function payloadOf<T extends MutationAnswer>(answer: MutationAnswer, typename: string): T {
  if (answer.__typename === typename) return answer as T;
  const { code, __typename } = answer;
  throw clientErrors.CLIENT_REFUSED({
    reason: reasonOf(answer),
    remoteCode: code ?? __typename,
    remoteKind: KINDS[__typename] ?? null,
  });
}

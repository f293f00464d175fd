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

/**
 * The payload of a mutation.
 *
 * Throws  CLIENT_REFUSED with the API's own code and, for wrong input, the places
 */
export function payloadOf<T extends MutationAnswer>(answer: MutationAnswer, typename: string): T {
  if (answer.__typename === typename) return answer as T;
  const places = (answer.issues ?? []).map(({ path, message }) =>
    message.startsWith(path) ? message : `${path}: ${message}`,
  );
  const { message = answer.__typename } = answer;
  // Often the message is that of the first place.
  const isSaid = places.some((place) => place.includes(message));
  const reason = [...(isSaid ? [] : [message]), ...places].join('; ');
  throw clientErrors.CLIENT_REFUSED({ reason, remoteCode: answer.code ?? answer.__typename });
}

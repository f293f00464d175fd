import { TokenKind, type DocumentNode } from 'graphql';
import { gatewayErrors } from '@kohort/gateway-resolvers';

/**
 * Refuses a parsed document of more than `limit` tokens.
 *
 * Throws  GATEWAY_DOCUMENT_INVALID
 */
export function requireTokens(document: DocumentNode, limit: number): void {
  let count = 0;
  for (let token = document.loc?.startToken ?? null; token !== null; token = token.next) {
    if (token.kind !== TokenKind.COMMENT) count += 1;
    // Start and end of the file are tokens of the list, not of the text.
    if (count > limit + 2) throw gatewayErrors.GATEWAY_DOCUMENT_INVALID();
  }
}

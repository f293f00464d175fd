import type { MessageScreen } from '@kohort/kernel-contracts';
import { consentsOfMessage, mentionsConsent } from './consent/consents-of-message';
import { DEFAULT_PURPOSES } from './consent/purposes';
import type { SuppressionKeys } from './suppression/suppression-keys';

/** What the stores of ingest and identity ask of privacy, under these keys. */
export function messageScreen(keys: SuppressionKeys): MessageScreen {
  return {
    digestsOf: (workspaceId, message) => keys.ofMessage(workspaceId, message),
    mentionsConsent,
    // A purpose that a workspace defines stands in the place of the default one of the same key.
    consentsOf: (message, own) => consentsOfMessage(message, vocabularyOf(own)),
  };
}

/** The default purposes and a workspace's own; its own wins. By key. */
export function vocabularyOf(own: Parameters<MessageScreen['consentsOf']>[1]): typeof own {
  const byKey = new Map([...DEFAULT_PURPOSES, ...own].map((purpose) => [purpose.key, purpose]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

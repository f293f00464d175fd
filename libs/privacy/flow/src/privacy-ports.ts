import type { Clock } from '@kohort/kernel-clock-random';
import type { PrivacyStore } from '@kohort/kernel-contracts';
import type { SuppressionKeys } from '@kohort/privacy-domain';

/** What the steps of consent and suppression need of the world. */
export interface PrivacyPorts {
  readonly store: PrivacyStore;
  readonly keys: SuppressionKeys;
  readonly clock: Clock;
}

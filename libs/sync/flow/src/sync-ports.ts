import type { Clock, Random } from '@kohort/kernel-clock-random';
import type { Deliverer, SyncStore } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';

/** What the sync flows need of the world. */
export interface SyncPorts {
  readonly store: SyncStore;
  readonly deliverer: Deliverer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

import type { GatewayLimits } from '@kohort/gateway-resolvers';
import type { Entrance } from '@kohort/hosts-supervisor';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ArtifactStore, IngestPort } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import type { Database } from '@kohort/platform-postgres';
import type { GatewayColumns } from './preview/segment-previewer.adapter';
import type { DoorSettings } from './ingest/open-ingest';

/** What the gateway is given. It reads no environment. */
export interface GatewayOptions {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  /** For previews; absent: they are refused. */
  readonly columns?: GatewayColumns | undefined;
  /** Where accepted events go; the store in PostgreSQL when absent. */
  readonly ingest?: IngestPort;
  readonly door?: DoorSettings;
  /** Keys that destinations' secrets are sealed under, newest first, 32 bytes each; the sync worker has the same. */
  readonly secretKeys: readonly Uint8Array[];
  /** Keys of the suppression list, newest first, 32 bytes each; the pipeline worker has the same. */
  readonly suppressionKeys: readonly Uint8Array[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where connections come from when another process listens; absent: this one does. */
  readonly entrance?: Entrance | undefined;
  /** 0: any free port. */
  readonly port: number;
  /** Address to listen on; loopback when absent. */
  readonly host?: string;
  /** Secret that stored key digests are made under. */
  readonly pepper: Buffer;
  /** Secret that cursors of the change log are signed with. */
  readonly cursorKey: Buffer;
  /** How long a client of the change log may stay away and still resume; seven days when absent. */
  readonly changeRetentionMs?: number;
  /** Turns introspection and the explorer off. */
  readonly production: boolean;
  readonly limits?: Partial<GatewayLimits>;
  /** How long a commit may stay unnoticed by streams when no notification comes. At most 1,000. */
  readonly pollMs?: number;
  /** How often the keys of open streams are looked up again. At most 15,000. */
  readonly recheckMs?: number;
  /** Largest upload. */
  readonly maxArtifactBytes?: number;
}

/** A gateway that serves. */
export interface RunningGateway {
  readonly port: number;
  readonly url: string;
  /** Tells the streams that something was committed: for solo, where worker and gateway are one process. */
  wake(): void;
  /** Takes no more connections, ends streams, lets answers under way finish. */
  stop(): Promise<void>;
}

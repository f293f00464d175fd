import type { WorkspaceId } from '../ids';
import type { JsonObject } from '../json';

/** Whose secrets they are. Sealed bytes open only for the same workspace and destination. */
export interface SecretPlace {
  readonly workspaceId: WorkspaceId;
  readonly destinationKey: string;
}

/**
 * Seals the secret settings of destinations before they are stored, and opens them when a connector is about to run.
 * There is no way to read a sealed value but to open it here.
 */
export interface SecretBox {
  seal(place: SecretPlace, secrets: JsonObject): Uint8Array;
  /** Throws SECRETS_CANNOT_BE_OPENED for changed bytes, another place, or a key that is gone. */
  open(place: SecretPlace, sealed: Uint8Array): JsonObject;
  /** The same secrets under the newest key; the bytes as they are when they already stand under it. */
  rewrap(place: SecretPlace, sealed: Uint8Array): Uint8Array;
}

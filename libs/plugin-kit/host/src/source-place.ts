import type { SecretPlace, WorkspaceId } from '@kohort/kernel-contracts';

/**
 * Where the secrets of a source connection belong. Keys have no colon, so no destination has the same place: what is
 * sealed for the one cannot be opened for the other.
 */
export function sourcePlace(connection: { readonly workspaceId: WorkspaceId; readonly key: string }): SecretPlace {
  return { workspaceId: connection.workspaceId, destinationKey: `source:${connection.key}` };
}

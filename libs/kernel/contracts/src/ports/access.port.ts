import type { SourceId, WorkspaceId } from '../ids';

/** An API key as it is stored. Times are epoch milliseconds. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly digest: Uint8Array;
  readonly scopes: readonly string[];
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** The digest of a source's write key. */
export interface WriteKeyRecord {
  readonly sourceId: SourceId;
  readonly digest: Uint8Array;
}

/** Keys as stored, of one workspace at a time. Nothing here ever holds a key's text. */
export interface AccessPort {
  apiKeys(workspaceId: WorkspaceId): Promise<readonly ApiKeyRecord[]>;
  writeKeys(workspaceId: WorkspaceId): Promise<readonly WriteKeyRecord[]>;
  /** Notes that a key was used. Callers throttle. */
  touchApiKey(workspaceId: WorkspaceId, keyId: string, usedAtMs: number): Promise<void>;
}

/** A file in the artifact store. The key is opaque; the digest is of the content as stored. */
export interface StoredArtifact {
  readonly key: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Bytes `start` (included) to `end` (excluded), from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Files that are too large for a row: uploads to import, reject files, model artifacts. A local folder or an
 * S3-compatible bucket.
 *
 * A caller may rely on: when `put` resolves, the content is durable and whole (never a torn file under a key); content
 * never changes under its key; `read` streams and holds at most a few chunks in memory; reading an unknown key raises
 * ARTIFACT_NOT_FOUND on the first chunk.
 */
export interface ArtifactStore {
  put(content: AsyncIterable<Uint8Array>, options?: { readonly maxBytes?: number }): Promise<StoredArtifact>;
  read(key: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  stat(key: string): Promise<StoredArtifact | null>;
}

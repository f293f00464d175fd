import type { ArtifactStore, ModelKind } from '@kohort/kernel-contracts';
import { parseClusterModel, parsePropensity, type ClusterModel, type PropensityArtifact } from '@kohort/models-domain';
import { textOf } from './text-bytes';

/** A model's artifact, read and checked. */
export type ParsedModel =
  | { readonly kind: 'propensity'; readonly artifact: PropensityArtifact }
  | { readonly kind: 'clustering'; readonly model: ClusterModel };

/**
 * Remembers the models that were read last; content never changes under its key, so nothing grows old. Who asks while a
 * model is being read waits for the same reading; a failed one is not remembered.
 */
export class ParsedModels {
  private readonly known = new Map<string, Promise<ParsedModel>>();

  constructor(
    private readonly artifacts: Pick<ArtifactStore, 'read'>,
    private readonly limit = 16,
  ) {}

  /** Throws  ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, PROPENSITY_ARTIFACT_INVALID, CLUSTERS_BAD_MODEL */
  of(kind: ModelKind, artifactKey: string): Promise<ParsedModel> {
    const place = `${kind} ${artifactKey}`;
    const found = this.known.get(place) ?? this.read(kind, artifactKey, place);
    // Set anew: the map's order is that of the last use.
    this.known.delete(place);
    this.known.set(place, found);
    const [oldest] = this.known.keys();
    if (this.known.size > this.limit && oldest !== undefined) this.known.delete(oldest);
    return found;
  }

  private async read(kind: ModelKind, artifactKey: string, place: string): Promise<ParsedModel> {
    try {
      const text = await textOf(this.artifacts.read(artifactKey));
      return kind === 'propensity'
        ? { kind, artifact: parsePropensity(text) }
        : { kind, model: parseClusterModel(text) };
    } catch (thrown) {
      this.known.delete(place);
      throw thrown;
    }
  }
}

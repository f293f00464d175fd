import type { Json } from '../json';
import type { ModelId } from '../ids';
import type { Page, PageRequest } from './read.port';
import type { ModelLook, RefitSetting } from './model-watch.port';

/** People in one cluster at one instant and in another at a second; null: in none. */
export interface ClusterFlow {
  readonly from: string | null;
  readonly to: string | null;
  readonly people: number;
}

/** People of one cluster with one value of a trait. */
export interface ClusterLabelCount {
  readonly cluster: string | null;
  readonly group: string | null;
  readonly people: number;
}

/** The version of a model that was served at an instant. */
export interface ServedAt {
  readonly version: number;
  readonly card: Json;
}

/** Who went from which cluster of a model to which between two instants. */
export interface ClusterMigration {
  /** Null: none was served then. */
  readonly before: ServedAt | null;
  readonly after: ServedAt | null;
  /** Those alone that somebody took; never from none to none. Each person is in one of them. */
  readonly flows: readonly ClusterFlow[];
}

/**
 * The past of a model's clusters.
 *
 * A caller may rely on: what is said of an instant is what was served then, every version that went live before it and
 * none later; a cluster that was carried from one version to the next has one key; an answer is of one snapshot, so that
 * its numbers add up exactly. Epoch milliseconds.
 */
export interface ClusterLife {
  migration(modelId: ModelId, between: { readonly fromMs: number; readonly toMs: number }): Promise<ClusterMigration>;
  refit(modelId: ModelId): Promise<RefitSetting>;
  /** The newest first. */
  looks(modelId: ModelId, page: PageRequest): Promise<Page<ModelLook>>;
  /**
   * People by cluster and by their trait; null: in no cluster, without the trait. Throws READ_TOO_MANY_GROUPS.
   */
  labels(modelId: ModelId, trait: string): Promise<readonly ClusterLabelCount[]>;
}

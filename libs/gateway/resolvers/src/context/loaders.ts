import DataLoader from 'dataloader';
import type {
  AccountRecord,
  DestinationView,
  FreshnessRecord,
  JobRecord,
  ModelRecord,
  ModelVersionRecord,
  ProfileRecord,
  SegmentRecord,
  SegmentLagRecord,
  SegmentVersionRecord,
  SourceRecord,
  SyncView,
  ValueShareRecord,
  WorkspaceReader,
} from '@kohort/kernel-contracts';

type Loader<T> = DataLoader<string, T | null>;

/** One loader an edge: what a page of parents asks for becomes one query. */
export interface Loaders {
  readonly source: Loader<SourceRecord>;
  readonly segment: Loader<SegmentRecord>;
  readonly segmentByKey: Loader<SegmentRecord>;
  readonly segmentVersion: Loader<SegmentVersionRecord>;
  readonly heldVersion: Loader<SegmentVersionRecord>;
  readonly lag: Loader<SegmentLagRecord>;
  readonly freshness: Loader<FreshnessRecord>;
  readonly valueShare: Loader<ValueShareRecord>;
  readonly profile: Loader<ProfileRecord>;
  readonly account: Loader<AccountRecord>;
  readonly accountSize: Loader<{ readonly id: string; readonly people: number }>;
  readonly model: Loader<ModelRecord>;
  readonly modelByKey: Loader<ModelRecord>;
  readonly modelVersion: Loader<ModelVersionRecord>;
  readonly destination: Loader<DestinationView>;
  readonly sync: Loader<SyncView>;
  readonly job: Loader<JobRecord>;
}

interface LoaderShape<T> {
  readonly load: (keys: readonly string[]) => Promise<readonly T[]>;
  readonly keyOf: (record: T) => string;
  readonly cache: boolean;
}

function loader<T>(shape: LoaderShape<T>): Loader<T> {
  return new DataLoader<string, T | null>(
    async (keys) => {
      const found = new Map((await shape.load(keys)).map((record) => [shape.keyOf(record), record]));
      return keys.map((key) => found.get(key) ?? null);
    },
    { maxBatchSize: 500, cache: shape.cache },
  );
}

/**
 * The loaders of one operation. `reader` is asked at each batch. A subscription, which outlives what it has read,
 * batches without remembering (`cache: false`).
 */
export function makeLoaders(reader: () => WorkspaceReader, cache: boolean): Loaders {
  const id = (record: { readonly id: string }): string => record.id;
  const key = (record: { readonly key: string }): string => record.key;
  return {
    source: loader({ load: (ids) => reader().sourcesByIds(ids), keyOf: id, cache }),
    segment: loader({ load: (ids) => reader().segments.byIds(ids), keyOf: id, cache }),
    segmentByKey: loader({ load: (keys) => reader().segments.byKeys(keys), keyOf: key, cache }),
    segmentVersion: loader({
      load: (ids) => reader().segments.currentVersions(ids),
      keyOf: (version) => version.segmentId,
      cache,
    }),
    heldVersion: loader({ load: (ids) => reader().segments.heldVersions(ids), keyOf: (each) => each.segmentId, cache }),
    lag: loader({ load: (ids) => reader().segments.lags(ids), keyOf: (each) => each.segmentId, cache }),
    freshness: loader({ load: (ids) => reader().segments.freshness(ids), keyOf: (each) => each.segmentId, cache }),
    valueShare: loader({ load: (ids) => reader().segments.valueShares(ids), keyOf: (each) => each.segmentId, cache }),
    profile: loader({ load: (ids) => reader().profiles.byIds(ids), keyOf: id, cache }),
    account: loader({ load: (ids) => reader().accounts.byIds(ids), keyOf: id, cache }),
    accountSize: loader({ load: (ids) => reader().accounts.sizes(ids), keyOf: id, cache }),
    model: loader({ load: (ids) => reader().models.byIds(ids), keyOf: id, cache }),
    modelByKey: loader({ load: (keys) => reader().models.byKeys(keys), keyOf: key, cache }),
    modelVersion: loader({
      load: (ids) => reader().models.currentVersions(ids),
      keyOf: (version) => version.modelId,
      cache,
    }),
    destination: loader({ load: (ids) => reader().syncs.destinationsByIds(ids), keyOf: id, cache }),
    sync: loader({ load: (ids) => reader().syncs.byIds(ids), keyOf: id, cache }),
    job: loader({ load: (ids) => reader().jobs.byIds(ids), keyOf: id, cache }),
  };
}

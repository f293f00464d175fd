import { z } from 'zod';
import {
  doersStatement,
  extentStatement,
  featureStatement,
  isTextFeature,
  type OrderMapping,
} from '@kohort/features-domain';
import type {
  ColumnLoader,
  ColumnStore,
  FeatureStore,
  JobControl,
  ProfileId,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { workspaceFeatures } from './workspace-features';

/** What data sets are read from. */
export interface ColumnDatasetPorts {
  readonly columns: ColumnStore;
  readonly loader: ColumnLoader;
  readonly features: Pick<FeatureStore, 'timeZone' | 'set'>;
  readonly orders?: OrderMapping;
}

/** Features of people at one instant. Row i of `data` belongs to `profileIds[i]`; a missing value is NaN. */
export interface DatasetMatrix {
  readonly profileIds: readonly ProfileId[];
  readonly features: readonly string[];
  /** Of the set that they are of. */
  readonly definitionVersion: number;
  /** Row-major rows × features.length. */
  readonly data: Float64Array<SharedArrayBuffer>;
}

/**
 * Point-in-time data sets for models, over the column store. Everything committed before a call is in it. Nothing that
 * happened after `asOf` is in `features`; people without an order at or before `asOf` are left out; rows come in
 * profile-id order.
 */
export interface ColumnDataset {
  features(
    request: {
      readonly workspaceId: WorkspaceId;
      readonly asOf: number;
      readonly features?: readonly string[];
      /** Of the set; the latest when absent. */
      readonly definitionVersion?: number;
    },
    control: JobControl,
  ): Promise<DatasetMatrix>;
  /** The people who did `event` in (asOf, asOf + horizonDays]. */
  doers(request: {
    readonly workspaceId: WorkspaceId;
    readonly asOf: number;
    readonly horizonDays: number;
    readonly event: string;
  }): Promise<ReadonlySet<string>>;
  /** First and last instant of `event`; null when it never happened. */
  extent(request: {
    readonly workspaceId: WorkspaceId;
    readonly event: string;
  }): Promise<{ first: number; last: number } | null>;
  /** The features and, beside each row, 1 for those who did `event` within the horizon. */
  labelMatrix(
    request: {
      readonly workspaceId: WorkspaceId;
      readonly asOf: number;
      readonly horizonDays: number;
      readonly event: string;
      readonly features?: readonly string[];
    },
    control: JobControl,
  ): Promise<DatasetMatrix & { readonly labels: Uint8Array<SharedArrayBuffer> }>;
}

const extentSchema = z.object({ first: z.coerce.number(), last: z.coerce.number(), n: z.coerce.number() });

/** Binds the data sets to their stores. */
export function columnDataset(ports: ColumnDatasetPorts): ColumnDataset {
  const { columns, loader, orders } = ports;
  const dataset: ColumnDataset = {
    async features({ workspaceId, asOf, features: keys, definitionVersion }, control) {
      await loader.load(workspaceId, control);
      const set = await workspaceFeatures(ports.features, workspaceId, { version: definitionVersion, keys });
      const { version } = set;
      // Texts are no columns of a matrix; one that is asked for by its key is refused.
      const definitions = keys ? set.definitions : set.definitions.filter((one) => !isTextFeature(one));
      const timeZone = await ports.features.timeZone(workspaceId);
      const mapping = orders ? { orders } : {};
      const statement = featureStatement({ workspaceId, asOf, timeZone, definitions, ...mapping });
      const { profileIds, matrix } = await columns.matrix(statement, control);
      return {
        ...{ profileIds, features: definitions.map(({ key }) => key), definitionVersion: version },
        data: matrix,
      };
    },
    async doers(request) {
      const { sql, params } = doersStatement(request);
      return new Set<string>(await columns.members(sql, params));
    },
    async extent(request) {
      await loader.load(request.workspaceId);
      const { sql, params } = extentStatement(request);
      const [found] = await columns.query(sql, params, (row) => extentSchema.parse(row));
      return found && found.n > 0 ? { first: found.first, last: found.last } : null;
    },
    async labelMatrix(request, control) {
      const matrix = await dataset.features(request, control);
      const doers = await dataset.doers(request);
      const labels = new Uint8Array(new SharedArrayBuffer(matrix.profileIds.length));
      matrix.profileIds.forEach((id, row) => {
        labels[row] = doers.has(id) ? 1 : 0;
      });
      return { ...matrix, labels };
    },
  };
  return dataset;
}

import { z } from 'zod';
import {
  computeFeatures,
  doersStatement,
  extentStatement,
  featureStatement,
  isTextFeature,
  isTextsFeature,
  pointFeatureStatement,
  type FeatureDefinition,
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
import { codedColumns, readTextColumns, WORD_LENGTH, type WordColumn } from './text-columns';
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
  /** Features that hold places of words; absent where none does. */
  readonly categories?: readonly WordColumn[];
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
      /**
       * Texts that are asked for by their keys come as places of words, of long ones the first 101 characters; they are
       * refused (FEATURES_TEXT) otherwise.
       */
      readonly withWords?: boolean;
    },
    control: JobControl,
  ): Promise<DatasetMatrix>;
  /**
   * Features of people, each as of an instant of its own: nothing later is in a row, whatever instant the others have.
   * Somebody of whom nothing is known by then has what nobody who did anything has.
   *
   * Shape   row i of `data` belongs to `rows[i]`
   * Throws  FEATURES_NEEDS_EVERYBODY for a feature that looks at everybody
   */
  rows(
    request: {
      readonly workspaceId: WorkspaceId;
      readonly rows: readonly { readonly profileId: ProfileId; readonly asOf: number }[];
      readonly features?: readonly string[];
      readonly definitionVersion?: number;
    },
    control: JobControl,
  ): Promise<Omit<DatasetMatrix, 'profileIds'>>;
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

/** Rows of one statement: they travel with it. */
const ROWS_AT_ONCE = 2_000;

const extentSchema = z.object({ first: z.coerce.number(), last: z.coerce.number(), n: z.coerce.number() });

/** Texts are no columns of a matrix unless they are asked for by their keys. */
const columnsOf = (
  definitions: readonly FeatureDefinition[],
  keys: readonly string[] | undefined,
): readonly FeatureDefinition[] =>
  keys ? definitions : definitions.filter((one) => !isTextFeature(one) && !isTextsFeature(one));

/** What people do, not what was read out of their texts. */
const isWord = (one: FeatureDefinition): boolean => isTextFeature(one) && !isTextsFeature(one);

/** Binds the data sets to their stores. */
export function columnDataset(ports: ColumnDatasetPorts): ColumnDataset {
  const { columns, loader, orders } = ports;
  const dataset: ColumnDataset = {
    async features({ workspaceId, asOf, features: keys, definitionVersion, withWords = false }, control) {
      await loader.load(workspaceId, control);
      const set = await workspaceFeatures(ports.features, workspaceId, { version: definitionVersion, keys });
      const { version } = set;
      const definitions = columnsOf(set.definitions, keys);
      const timeZone = await ports.features.timeZone(workspaceId);
      const request = { workspaceId, asOf, timeZone, ...(orders ? { orders } : {}) };
      const isText = (one: FeatureDefinition): boolean => withWords && isWord(one);
      const numbers = definitions.filter((one) => !isText(one));
      const { profileIds, matrix } = await columns.matrix(
        featureStatement({ ...request, definitions: numbers }),
        control,
      );
      const known = { profileIds, features: definitions.map(({ key }) => key), definitionVersion: version };
      const texts = definitions.filter(isText);
      if (texts.length === 0) return { ...known, data: matrix };
      const words = { ...request, definitions: texts, most: WORD_LENGTH };
      const textOf = await readTextColumns(columns, words, control);
      return { ...known, ...codedColumns({ profileIds, numbers: matrix, textOf }, definitions, isText) };
    },
    async rows({ workspaceId, rows, features: keys, definitionVersion }, control) {
      await loader.load(workspaceId, control);
      const set = await workspaceFeatures(ports.features, workspaceId, { version: definitionVersion, keys });
      const definitions = columnsOf(set.definitions, keys);
      const timeZone = await ports.features.timeZone(workspaceId);
      const mapping = orders ? { orders } : {};
      const width = definitions.length;
      const data = new Float64Array(new SharedArrayBuffer(rows.length * width * Float64Array.BYTES_PER_ELEMENT));
      rows.forEach(({ asOf }, i) => {
        const ofNobody = computeFeatures(definitions, [], { asOf, timeZone, ...mapping });
        data.set(
          ofNobody.map((value) => value ?? NaN),
          i * width,
        );
      });
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        control.signal?.throwIfAborted();
        const some = rows.slice(from, from + ROWS_AT_ONCE);
        const statement = pointFeatureStatement({ workspaceId, timeZone, definitions, rows: some, ...mapping });
        const { matrix, rows: found, cols } = await columns.matrix(statement, control);
        for (let row = 0; row < found; row += 1) {
          // The place of the row comes first, from 1.
          const place = from + (matrix[row * cols] ?? NaN) - 1;
          data.set(matrix.subarray(row * cols + 1, (row + 1) * cols), place * width);
        }
      }
      return { features: definitions.map(({ key }) => key), definitionVersion: set.version, data };
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

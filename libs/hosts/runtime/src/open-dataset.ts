import { columnDataset } from '@kohort/features-flow';
import type { DatasetPort } from '@kohort/models-flow';
import { featureStore, type Database } from '@kohort/platform-postgres';
import type { OpenedColumns } from './open-columns';

/** Point-in-time data sets for models, over the column store of this process. */
export function openDataset({ columns, loader }: OpenedColumns, database: Database): DatasetPort {
  return columnDataset({ columns: columns.store, loader, features: featureStore(database) });
}

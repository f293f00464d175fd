export { openColumns } from './open-columns';
export type { Columns, ColumnsOptions } from './open-columns';
export { loadColumns, openColumnLoader } from './column-loader.adapter';
export type { ColumnLoaderOptions, OpenColumnLoader } from './column-loader.adapter';
export { columnsDdl } from './ddl';
export type { ColumnLayout } from './ddl';
export { columnsErrors } from './errors';

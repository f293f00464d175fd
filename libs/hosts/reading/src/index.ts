export { loadMappings } from './load-mappings';
export { threadParquet } from './thread-parquet';
export type { ThreadParquetOptions } from './thread-parquet';

export { loadMappings } from './load-mappings';
export { readingErrors } from './reading-errors';
export { threadParquet } from './thread-parquet';
export type { ThreadParquetOptions } from './thread-parquet';

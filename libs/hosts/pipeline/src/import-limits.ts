import type { ImportLimits } from '@kohort/ingest-domain';

/** The settings of `importSettings` as they come out of a configuration. */
export interface ImportConfig {
  readonly KOHORT_IMPORT_MAX_MB: number;
  readonly KOHORT_IMPORT_MAX_ROWS: number;
  readonly KOHORT_IMPORT_MAX_LINE_KB: number;
  readonly KOHORT_IMPORT_MAX_RATIO: number;
}

/** The limits of imports out of a configuration. */
export function importLimits(config: ImportConfig): ImportLimits {
  return {
    fileBytes: config.KOHORT_IMPORT_MAX_MB * 1_048_576,
    rows: config.KOHORT_IMPORT_MAX_ROWS,
    lineBytes: config.KOHORT_IMPORT_MAX_LINE_KB * 1_024,
    ratio: config.KOHORT_IMPORT_MAX_RATIO,
  };
}

/**
 * The limits of the wire contract, and our own where it names none. Bytes are counted after decompression.
 * https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#max-request-size
 */
export const LIMITS = {
  eventBytes: 32_768,
  batchBytes: 512_000,
  batchItems: 2_500,
  messageIdChars: 100,
  /** userId, anonymousId, previousId, groupId: 500 characters stay below PostgreSQL's 2,704 bytes of an index row. */
  idChars: 500,
  /** A trait's key stands in a primary key too. */
  keyChars: 255,
  /** More top-level properties or traits than this are kept and flagged. */
  flaggedKeys: 300,
  /** Levels of nesting under the message. */
  depth: 64,
  /** Clocks of devices may run ahead by this much; later times are clamped and flagged. */
  futureMs: 24 * 3_600_000,
} as const;

/** How much one import may be; an operator may set each. Beyond it the import ends with an error, or loses the line. */
export interface ImportLimits {
  /** Bytes of the file as it lies there. */
  readonly fileBytes: number;
  readonly rows: number;
  readonly lineBytes: number;
  /** A compressed file may inflate this much; one that goes beyond was made to fill a disk. */
  readonly ratio: number;
}

/** The limits of imports where nobody has set others. */
export const IMPORT_LIMITS: ImportLimits = {
  fileBytes: 1_073_741_824,
  rows: 10_000_000,
  lineBytes: 1_048_576,
  ratio: 100,
};

/** Event times outside these years are typing errors, and PostgreSQL and ClickHouse would not agree on them. */
export const EARLIEST_TIME = Date.UTC(1900, 0, 1);
export const LATEST_TIME = Date.UTC(10_000, 0, 1) - 1;

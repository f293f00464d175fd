/** Formats without header or footer: chunks of a result may be put behind each other as they come. */
const STREAMED = new Set([
  'CSV',
  'JSONCOMPACTEACHROW',
  'JSONCOMPACTSTRINGSEACHROW',
  'JSONEACHROW',
  'JSONSTRINGSEACHROW',
  'NDJSON',
  'JSONLINES',
  'ROWBINARY',
  'TABSEPARATED',
  'TABSEPARATEDRAW',
  'TSV',
  'TSVRAW',
]);

/** Formats in which a raw line end always ends a row: a long body may be cut there and inserted piece by piece. */
const CUT_AT_LINES = new Set(['JSONCOMPACTEACHROW', 'JSONEACHROW', 'NDJSON', 'JSONLINES', 'TABSEPARATED', 'TSV']);

const TEXT = /^(TSV|TabSeparated|CSV|Values|Pretty|Vertical)/i;
const JSON_TEXT = /^JSON|^NDJSON/i;

/** The statement's FORMAT clause, which clients put at its end; undefined when there is none. */
export function formatClause(sql: string): string | undefined {
  return /\bformat\s+([a-z][a-z0-9]*)\s*;?\s*$/i.exec(sql)?.[1];
}

/** Whether a result in this format may be sent in chunks. */
export function isStreamed(format: string): boolean {
  return STREAMED.has(format.toUpperCase());
}

/** Whether a body in this format may be cut at line ends; no format, no cut. */
export function isCutAtLines(format: string | undefined): boolean {
  return format !== undefined && CUT_AT_LINES.has(format.toUpperCase());
}

/** The media type that ClickHouse names for a format. */
export function contentTypeOf(format: string): string {
  if (/^JSONEachRow|NDJSON/i.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (JSON_TEXT.test(format)) return 'application/json; charset=UTF-8';
  return TEXT.test(format) ? 'text/plain; charset=UTF-8' : 'application/octet-stream';
}

import type { ColumnType } from 'kysely';

/** timestamptz: a Date when read; a Date or an ISO string when written. */
export type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** bigint: pg answers with text, so that no digit is lost. */
export type BigintColumn = ColumnType<string, string | number | bigint, string | number | bigint>;
export type GeneratedBigint = ColumnType<string, never, never>;
/** jsonb: parsed when read; JSON text when written. */
export type JsonColumn = ColumnType<unknown, string, string>;
export type GeneratedJson = ColumnType<unknown, string | undefined, string>;

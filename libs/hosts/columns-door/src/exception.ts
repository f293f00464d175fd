import { isAppError, type AppError } from '@kohort/kernel-errors';
import { doorErrors } from './errors';

/**
 * An error as ClickHouse's HTTP interface writes it: `Code: N. DB::Exception: text. (NAME)` plus a status. Clients read
 * the number and the name out of the text, so the engine's own sentence is passed on as it is.
 */
export interface ClickHouseException {
  readonly code: number;
  readonly status: number;
  readonly text: string;
}

/** Codes whose status is not 500, as ClickHouse's HTTP handler answers them. */
const STATUS: Readonly<Record<number, number>> = {
  36: 400, // BAD_ARGUMENTS
  47: 404, // UNKNOWN_IDENTIFIER
  60: 404, // UNKNOWN_TABLE
  62: 400, // SYNTAX_ERROR
  81: 404, // UNKNOWN_DATABASE
  164: 403, // READONLY
  446: 403, // FUNCTION_NOT_ALLOWED
  497: 403, // ACCESS_DENIED
  516: 401, // AUTHENTICATION_FAILED
};

/** An exception of our own making, in ClickHouse's words; the status follows from the code unless it is given. */
export function exceptionOf(code: number, name: string, message: string, status?: number): ClickHouseException {
  return {
    code,
    status: status ?? STATUS[code] ?? 500,
    text: `Code: ${code}. DB::Exception: ${message}. (${name})`,
  };
}

const CODE = /Code: (\d+)\./;

/** Turns whatever was thrown into an answer: a refusal of ours, or the engine's error (1000 stands for "unknown"). */
export function exceptionFrom(thrown: unknown): ClickHouseException {
  if (isAppError(thrown) && thrown.code === 'DOOR_STATEMENT_REFUSED') {
    const { clickhouseCode, status, name } = thrown.details;
    return exceptionOf(Number(clickhouseCode), String(name), thrown.message, Number(status));
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const code = Number(CODE.exec(text)?.[1] ?? 1000);
  if (code === 1000) return exceptionOf(1000, 'POCO_EXCEPTION', text);
  return { code, status: STATUS[code] ?? 500, text: text.trim() };
}

/** A refusal, thrown where the reason is found and written where the response is. */
export function refuse(code: number, name: string, reason: string, status?: number): AppError {
  const details = { clickhouseCode: code, name, reason, status: status ?? STATUS[code] ?? 500 };
  return doorErrors.DOOR_STATEMENT_REFUSED(details);
}

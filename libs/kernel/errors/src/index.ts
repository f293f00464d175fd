export { AppError, ERROR_KINDS, appErrorFromJson, isAppError, toAppError } from './app-error';
export type { AppErrorInit, ErrorDetails, ErrorKind, LogLevel, Retry } from './app-error';
export { defineErrors } from './catalogue';
export type { Catalogue, ErrorEntry, RaiseOptions } from './catalogue';

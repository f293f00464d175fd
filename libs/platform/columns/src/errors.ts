import { ClickHouseError } from '@clickhouse/client';
import { defineErrors, isAppError, toAppError, type AppError } from '@kohort/kernel-errors';

export const columnsErrors = defineErrors({
  COLUMNS_UNAVAILABLE: { kind: 'transient', message: () => 'the column store does not answer' },
  COLUMNS_TOO_HEAVY: {
    kind: 'unsuitable-data',
    message: (d) => `the statement needs more ${d['of']} than the column store gives it`,
  },
  COLUMNS_REFUSED: { kind: 'forbidden', message: () => 'the column store does not open that to a reader' },
  COLUMNS_STATEMENT_INVALID: {
    kind: 'bug',
    message: (d) => `the column store cannot run the statement: ${d['reason']}`,
  },
  COLUMNS_ANSWER_INVALID: { kind: 'bug', message: (d) => `the answer has not the expected shape: ${d['reason']}` },
  COLUMNS_CANCELLED: { kind: 'cancelled', message: () => 'the statement was given up' },
  COLUMNS_CANNOT_REPAIR: { kind: 'bug', message: () => 'the column store differs from PostgreSQL after three repairs' },
  COLUMNS_NAME_INVALID: { kind: 'configuration', message: () => 'database and cluster names are lower-case words' },
});

/** ClickHouse's code → ours; by code, never by prose. */
const BY_CODE: Readonly<Record<string, () => AppError>> = {
  '158': () => columnsErrors.COLUMNS_TOO_HEAVY({ of: 'rows' }),
  '159': () => columnsErrors.COLUMNS_TOO_HEAVY({ of: 'time' }),
  '241': () => columnsErrors.COLUMNS_TOO_HEAVY({ of: 'memory' }),
  '164': () => columnsErrors.COLUMNS_REFUSED({ clickhouseCode: '164' }),
  '446': () => columnsErrors.COLUMNS_REFUSED({ clickhouseCode: '446' }),
  '497': () => columnsErrors.COLUMNS_REFUSED({ clickhouseCode: '497' }),
};

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** Whatever the client threw, as an error of ours with the cause kept. */
export function columnsError(thrown: unknown, signal?: AbortSignal): AppError {
  if (isAppError(thrown)) return thrown;
  if (signal?.aborted) return columnsErrors.COLUMNS_CANCELLED({}, { cause: thrown });
  if (thrown instanceof ClickHouseError) {
    const known = BY_CODE[thrown.code];
    if (known) return known();
    return columnsErrors.COLUMNS_STATEMENT_INVALID(
      { reason: thrown.message, clickhouseCode: thrown.code },
      { cause: thrown },
    );
  }
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (NETWORK.has(code) || (thrown instanceof Error && thrown.message === 'aborted')) {
    return columnsErrors.COLUMNS_UNAVAILABLE({}, { cause: thrown });
  }
  return toAppError(thrown, 'asking the column store');
}

import type { ClickHouseClient } from '@clickhouse/client';
import type { ColumnParameters, ColumnStore, JobControl } from '@kohort/kernel-contracts';
import { columnsError, columnsErrors } from './errors';
import { readFill } from './fill-rows';
import { readMatrix, readMembers } from './row-binary';

/** The port, over a client of the reading user. Each call is one statement. */
export function columnStore(client: ClickHouseClient): ColumnStore {
  async function asked<T>(control: JobControl | undefined, work: () => Promise<T>): Promise<T> {
    try {
      control?.signal?.throwIfAborted();
      return await work();
    } catch (thrown) {
      throw columnsError(thrown, control?.signal);
    }
  }

  const abort = (control?: JobControl) => (control?.signal ? { abort_signal: control.signal } : {});

  /** A statement's answer as bytes. The client's `query` knows text formats only, `exec` hands the stream over. */
  async function binary(sql: string, params: ColumnParameters, control?: JobControl): Promise<AsyncIterable<unknown>> {
    const { stream } = await client.exec({
      query: `${sql}\nFORMAT RowBinary`,
      query_params: { ...params },
      ...abort(control),
    });
    return stream;
  }

  async function rows(sql: string, params: ColumnParameters, control?: JobControl): Promise<readonly unknown[]> {
    const answer = await client.query({
      query: sql,
      query_params: { ...params },
      format: 'JSONEachRow',
      ...abort(control),
    });
    return answer.json<unknown>();
  }

  return {
    members: (sql, params, control) => asked(control, async () => readMembers(await binary(sql, params, control))),
    matrix: ({ sql, params, cols }, control) =>
      asked(control, async () => readMatrix(await binary(sql, params, control), cols)),
    fill: ({ sql, params, rules }, control) =>
      asked(control, async () => readFill(await binary(sql, params, control), rules)),
    count: (sql, params, control) =>
      asked(control, async () => {
        const [row] = await rows(`SELECT toString(count()) AS n FROM (${sql})`, params, control);
        const n = typeof row === 'object' && row !== null && 'n' in row ? Number(row.n) : NaN;
        if (!Number.isSafeInteger(n)) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'not a count' });
        return n;
      }),
    query: (sql, params, parse, control) =>
      asked(control, async () => (await rows(sql, params, control)).map((row) => parse(row))),
  };
}

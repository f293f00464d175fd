import { dryRunReport, importRecords, mappingFromData } from '@kohort/ingest-domain';
import type { GatewayClient, Variables } from './gateway-client';
import { SuppressionList } from './suppression-list';

const mapping = mappingFromData({
  name: 'people',
  version: 1,
  format: 'table',
  match: { columns: ['id'] },
  fields: {
    id: { column: 'id', type: 'text', required: true },
    phone: { column: 'phone', type: 'text' },
    country: { column: 'country', type: 'text' },
  },
  message: {
    type: 'identify',
    userId: { field: 'id' },
    traits: { phone: { field: 'phone' }, country: { field: 'country' } },
  },
});

/** A workspace with these values on its list; remembers what it was asked. */
function workspace(listed: readonly string[]): { client: Pick<GatewayClient, 'query'>; asked: string[][] } {
  const asked: string[][] = [];
  return {
    asked,
    client: {
      query<T>(_document: string, variables: Variables = {}): Promise<T> {
        const values = (variables['of'] as { value: string }[]).map(({ value }) => value);
        asked.push(values);
        return Promise.resolve({ areSuppressed: values.map((value) => listed.includes(value)) } as T);
      },
    },
  };
}

async function reportOf(list: SuppressionList, text: string) {
  const content = Buffer.from(text);
  const file = {
    name: 'people.csv',
    bytes: content.length,
    sha256: 'a'.repeat(64),
    async *read(range = { start: 0, end: content.length }) {
      yield content.subarray(range.start, range.end);
    },
  };
  const plan = { sourceId: 's', receivedAt: 1_000, mapping, mappings: [] };
  return dryRunReport(list.without((await importRecords(file, plan)).batches()));
}

describe('the suppression list, asked for a dry run', () => {
  it('counts the rows that it would refuse, with their lines', async () => {
    const { client } = workspace(['u2', '+4930901820']);
    const report = await reportOf(
      new SuppressionList(client),
      'id,phone,country\nu1,,\nu2,,\nu2,,\nu3,030 901820,DE\n,,\n',
    );
    expect(report).toMatchObject({ rows: 5, mappedRows: 1, rejectedRows: 4, distinctIds: 1 });
    expect(report.reasons).toMatchObject([
      { code: 'suppressed', verdict: 'suppressed', rows: 3, examples: [{ line: 3 }, { line: 4 }, { line: 5 }] },
      { code: 'missing_value', rows: 1 },
    ]);
  });

  it('asks for each identifier once, in questions that the API takes', async () => {
    const { client, asked } = workspace([]);
    const rows = Array.from({ length: 6_000 }, (_, i) => `u${i % 1_200},,\n`).join('');
    const report = await reportOf(new SuppressionList(client), `id,phone,country\n${rows}`);
    expect(report).toMatchObject({ rows: 6_000, mappedRows: 6_000 });
    expect(asked.map((values) => values.length)).toEqual([500, 500, 200]);
    expect(new Set(asked.flat()).size).toBe(1_200);
  });
});

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { seededRandom } from '@kohort/kernel-clock-random';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { binaryArray, type BinaryType, type BinaryValue } from './binary-array';
import { binaryRows } from './binary-rows';

const YEAR_1900 = Date.UTC(1900, 0, 1);
const YEAR_9999 = Date.UTC(10_000, 0, 1) - 1;

describe('rows as binary arrays', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
  });
  afterAll(() => db.stop());

  /** What PostgreSQL takes the values for, as text. */
  async function readBack(type: BinaryType, values: readonly BinaryValue[], shown = 'v::text'): Promise<unknown[]> {
    const answer = await db.database.inWorkspace(workspaceId, (tx) =>
      sql<{ v: string | null }>`
        select ${sql.raw(shown)} as v
        from unnest(${binaryArray(type, values)}::${sql.raw(type)}[]) with ordinality as x (v, n) order by n`.execute(
        tx,
      ),
    );
    return answer.rows.map((row) => row.v);
  }

  it('texts come back as they were', async () => {
    const values = ['', 'a', null, '"{}\\,NULL', 'ä\u{1f600}\n', 'x'.repeat(70_000), 'NULL', null];
    expect(await readBack('text', values)).toEqual(values);
    expect(await readBack('text', [])).toEqual([]);
    expect(await readBack('text', [null])).toEqual([null]);
  });

  it('ids, digests, numbers and JSON come back as they were', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    expect(await readBack('uuid', [...ids, null])).toEqual([...ids, null]);
    expect(await readBack('uuid', [ids[0]?.toUpperCase() ?? ''])).toEqual([ids[0]]);
    const digests = ['00', 'ff'.repeat(32), '0123456789abcdef', ''];
    expect(await readBack('bytea', digests, `encode(v, 'hex')`)).toEqual(digests);
    expect(await readBack('int4', [0, -1, 2_147_483_647, null])).toEqual(['0', '-1', '2147483647', null]);
    const objects = ['{"a": "ä\\n\\"", "b": [1, null, true]}', '{}'];
    expect(await readBack('jsonb', objects)).toEqual(objects);
  });

  it('instants come back to the millisecond, over all years that events may have', async () => {
    const random = seededRandom(7);
    const instants = [0, -1, 946_684_800_000, 946_684_799_999, YEAR_1900, YEAR_9999];
    for (let n = 0; n < 500; n += 1) instants.push(YEAR_1900 + Math.floor(random.next() * (YEAR_9999 - YEAR_1900)));
    const shown = `round(extract(epoch from v) * 1000)::text`;
    expect(await readBack('timestamptz', instants, shown)).toEqual(instants.map(String));
    expect(await readBack('timestamptz', [0.25], `extract(microseconds from v)::text`)).toEqual(['250']);
  });

  it('refuses what is not of the type, before anything is sent', () => {
    const bad: [BinaryType, BinaryValue][] = [
      ['uuid', 'not an id'],
      ['uuid', randomUUID().slice(1)],
      ['uuid', `${randomUUID()}0`],
      ['bytea', 'xy'],
      ['timestamptz', Number.NaN],
      ['timestamptz', 'yesterday'],
      ['text', 5],
    ];
    for (const [type, value] of bad) {
      expect(() => binaryArray(type, [value])).toThrow(expect.objectContaining({ code: 'POSTGRES_BAD_VALUE' }));
    }
  });

  it('sends what is the same in every row once, and shows the same rows', async () => {
    const rows = [1, 2, 3].map((n) => ({ n, name: `n${n}`, kind: 'same', at: YEAR_9999, none: null, hash: 'c0ffee' }));
    const sent = binaryRows(rows, [
      ['n', 'int4', (row) => row.n],
      ['kind', 'text', (row) => row.kind],
      ['name', 'text', (row) => row.name],
      ['at', 'timestamptz', (row) => row.at],
      ['none', 'uuid', (row) => row.none],
      ['hash', 'bytea', (row) => row.hash],
    ]);
    const answer = await db.database.inWorkspace(workspaceId, (tx) =>
      sql`select ${sent.of('n')} as n, ${sent.of('kind')} as kind, ${sent.of('name')} as name, ${sent.of('at')} as at,
        ${sent.of('none')} as none, encode(${sent.of('hash')}, 'hex') as hash from ${sent.from}`.execute(tx),
    );
    expect(answer.rows).toEqual(rows.map((row) => ({ ...row, at: new Date(YEAR_9999) })));
    const { parameters } = sql`select 1 from ${sent.from}`.compile(db.database.relay);
    expect(parameters).toHaveLength(2);
  });
});

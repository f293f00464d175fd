import { readMatrix, readMembers } from './row-binary';

/** A UUID as ClickHouse writes it: two words, each little-endian. */
function uuidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replace(/-/g, ''), 'hex');
  return Buffer.concat([bytes.subarray(0, 8).reverse(), Buffer.from(bytes.subarray(8)).reverse()]);
}

function doubles(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => bytes.writeDoubleLE(value, i * 8));
  return bytes;
}

/** The same bytes in pieces of any size: what arrives on a socket. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const IDS = ['01234567-89ab-4cde-8f01-23456789abcd', 'ffeeddcc-bbaa-4988-9766-554433221100'];

describe('reading RowBinary', () => {
  it.each([1, 7, 16, 23, 1000])('reads ids and numbers whatever the chunks (%i bytes)', async (size) => {
    const rows = Buffer.concat(IDS.flatMap((id, i) => [uuidBytes(id), doubles(i + 0.1, NaN)]));
    const read = await readMatrix(pieces(rows, size), 2);
    expect(read.profileIds).toEqual(IDS);
    expect([...read.matrix]).toEqual([0.1, NaN, 1.1, NaN]);
    expect(read).toMatchObject({ rows: 2, cols: 2 });
    expect(await readMembers(pieces(Buffer.concat(IDS.map(uuidBytes)), size))).toEqual(IDS);
  });

  it('reads an answer of no rows', async () => {
    expect(await readMatrix(pieces(Buffer.alloc(0), 1), 3)).toMatchObject({ profileIds: [], rows: 0, cols: 3 });
  });

  it('refuses an answer of another width', async () => {
    const torn = readMembers(pieces(Buffer.alloc(17), 5));
    await expect(torn).rejects.toMatchObject({ code: 'COLUMNS_ANSWER_INVALID' });
  });
});

import { readFill } from './fill-rows';

const ID = 'aabbccdd-0000-4000-8000-000000000001';

/** A row as the engine writes it: the id in two words, each little-endian, then the lists. */
function row(members: readonly number[], due: readonly (readonly [number, number])[]): Buffer {
  const id = Buffer.from(ID.replaceAll('-', ''), 'hex');
  const words = Buffer.concat([Buffer.from(id.subarray(0, 8)).reverse(), Buffer.from(id.subarray(8)).reverse()]);
  const list = (values: readonly number[], width: 2 | 8): Buffer => {
    const bytes = Buffer.alloc(values.length * width);
    values.forEach((value, i) =>
      width === 2 ? bytes.writeUInt16LE(value, i * 2) : bytes.writeBigInt64LE(BigInt(value), i * 8),
    );
    const length = values.length < 128 ? [values.length] : [(values.length & 0x7f) | 0x80, values.length >> 7];
    return Buffer.concat([Buffer.from(length), bytes]);
  };
  return Buffer.concat([
    words,
    list(members, 2),
    list(
      due.map(([place]) => place),
      2,
    ),
    list(
      due.map(([, at]) => at),
      8,
    ),
  ]);
}

async function* cut(bytes: Buffer, width: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += width) yield bytes.subarray(at, at + width);
}

describe('rows of a fill', () => {
  const many = Array.from({ length: 200 }, (_, i) => i);
  const bytes = Buffer.concat([row([0, 2], [[2, -5]]), row([], [[0, 1_800_000_000_000]]), row(many, [])]);

  it.each([1, 7, 64, 100_000])('are read alike however the stream is cut: %i bytes at a time', async (width) => {
    const answers = await readFill(cut(bytes, width), 200);
    expect(answers.map(({ members }) => members.length)).toEqual(many.map((i) => (i === 0 || i === 2 ? 2 : 1)));
    expect(answers[0]).toEqual({ members: [ID, ID], waking: [ID], dueAt: [1_800_000_000_000] });
    expect(answers[2]).toMatchObject({ waking: [ID], dueAt: [-5] });
  });

  it('are refused when the last is cut off, or a rule was never asked', async () => {
    await expect(readFill(cut(bytes.subarray(0, -1), 64), 200)).rejects.toMatchObject({
      code: 'COLUMNS_ANSWER_INVALID',
    });
    await expect(readFill(cut(bytes, 64), 100)).rejects.toMatchObject({ code: 'COLUMNS_ANSWER_INVALID' });
  });
});

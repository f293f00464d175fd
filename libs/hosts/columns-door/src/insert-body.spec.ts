import { Readable } from 'node:stream';
import type { EngineSession } from './engine';
import { insertBody } from './insert-body';

function recorder(): { readonly session: EngineSession; readonly inserted: string[]; readonly ran: string[] } {
  const inserted: string[] = [];
  const ran: string[] = [];
  const session: EngineSession = {
    run: async (sql) => {
      ran.push(sql);
      return new Uint8Array();
    },
    stream: async function* () {
      yield new Uint8Array();
    },
    insert: async (_prefix, rows) => {
      inserted.push(rows.toString('latin1'));
      return rows.toString('latin1').split('\n').length - 1;
    },
    close: () => undefined,
  };
  return { session, inserted, ran };
}

describe('insertBody', () => {
  const line = `${'x'.repeat(1023)}\n`;
  const rows = 40_000;

  it('hands line formats over in pieces that end at a line end and lose nothing', async () => {
    const { session, inserted } = recorder();
    const whole = line.repeat(rows);
    // Chunks that cut lines in the middle.
    const chunks = Array.from({ length: Math.ceil(whole.length / 70_001) }, (_, i) =>
      Buffer.from(whole.slice(i * 70_001, (i + 1) * 70_001)),
    );
    const body = Readable.from(chunks);
    const written = await insertBody(session, {
      statement: 'INSERT INTO t FORMAT JSONEachRow',
      body,
      maxBytes: 2 ** 30,
    });
    expect(written.rows).toBe(rows);
    expect(inserted.length).toBe(3);
    expect(inserted.every((piece) => piece.endsWith('\n'))).toBe(true);
    expect(inserted.join('') === whole).toBe(true);
  });

  it('tells a failed write, and only after it has ended', async () => {
    const { session } = recorder();
    let ended = false;
    const failing: EngineSession = {
      ...session,
      insert: async () => {
        await Promise.resolve();
        ended = true;
        throw new Error('Code: 27. DB::Exception: cannot parse. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)');
      },
    };
    const insert = { statement: 'INSERT INTO t FORMAT TSV', body: Readable.from([Buffer.from('x\n')]), maxBytes: 9 };
    await expect(insertBody(failing, insert)).rejects.toThrow('Code: 27');
    expect(ended).toBe(true);
  });

  it('hands binary rows over whole, and refuses what is too long for that', async () => {
    const { session, inserted } = recorder();
    const statement = 'INSERT INTO t FORMAT RowBinary';
    await insertBody(session, { statement, body: Readable.from([Buffer.from('a\n'), Buffer.from('b')]), maxBytes: 3 });
    expect(inserted).toEqual(['a\nb']);
    const long = insertBody(session, { statement, body: Readable.from([Buffer.from('abcd')]), maxBytes: 3 });
    await expect(long).rejects.toMatchObject({ details: { clickhouseCode: 307, status: 413 } });
  });

  it('runs an insert that needs no body, and does nothing for no rows', async () => {
    const { session, inserted, ran } = recorder();
    await insertBody(session, { statement: 'INSERT INTO t SELECT 1', body: Readable.from([]), maxBytes: 9 });
    await insertBody(session, { statement: 'INSERT INTO t FORMAT TSV', body: Readable.from([]), maxBytes: 9 });
    expect(ran).toEqual(['INSERT INTO t SELECT 1']);
    expect(inserted).toEqual([]);
  });
});

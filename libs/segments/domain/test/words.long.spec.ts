import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { z } from 'zod';
import { SqlParams } from '../src/sql/sql-params';
import { sqlWordsOf } from '../src/sql/words-sql';
import { wordsOfText } from '../src/values/text-words';

const LAST = 0x10ffff;
const AT_ONCE = 0x8000;
const answer = z.array(z.tuple([z.string(), z.string()]));

describe('the words of a text in the column store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kohort-words-'));
  const session = new Session(folder);

  afterAll(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are those of the evaluator for every character there is', () => {
    session.query('CREATE TABLE texts (text String) ENGINE = Memory');
    const wrong: string[] = [];
    let asked = 0;
    for (let from = 1; from <= LAST; from += AT_ONCE) {
      const points = Array.from({ length: Math.min(AT_ONCE, LAST + 1 - from) }, (_, i) => from + i);
      const texts = points
        .filter((point) => point < 0xd800 || point > 0xdfff)
        .map((point) => `A${String.fromCodePoint(point)}b x${String.fromCodePoint(point)}`);
      session.query('TRUNCATE TABLE texts');
      session.query(`INSERT INTO texts FORMAT JSONEachRow ${texts.map((text) => JSON.stringify({ text })).join('\n')}`);
      const params = new SqlParams();
      const sql = `SELECT text, ${sqlWordsOf('text', params)} FROM texts`;
      const lines = session.queryBind(sql, params.all(), 'JSONCompactEachRow').trim();
      const rows = answer.parse(JSON.parse(`[${lines.replaceAll('\n', ',')}]`));
      asked += rows.length;
      for (const [text, words] of rows) if (words !== wordsOfText(text)) wrong.push(text);
    }
    expect(wrong.map((text) => text.codePointAt(1)?.toString(16))).toEqual([]);
    expect(asked).toBe(LAST - 2_048);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIdentifiers, type IdentifierColumns } from './read-identifiers';

describe('identifiers in a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-identifiers-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const read = (text: string, of: IdentifierColumns = {}) => {
    const file = join(dir, 'list.csv');
    writeFileSync(file, text);
    return readIdentifiers(file, of);
  };

  it('are of one type in one column, or have a column for it', async () => {
    expect(await read('mail\na@b.co\n  c@d.co  \n', { type: 'email' })).toEqual([
      { type: 'email', value: 'a@b.co', line: 2 },
      { type: 'email', value: 'c@d.co', line: 3 },
    ]);
    expect(await read('n,mail\n1,a@b.co\n2,\n', { type: 'email', column: 'mail' })).toEqual([
      { type: 'email', value: 'a@b.co', line: 2 },
    ]);
    expect(await read('type,value\nuser_id,u1\nphone,+49 30 1234567\n')).toEqual([
      { type: 'user_id', value: 'u1', line: 2 },
      { type: 'phone', value: '+49 30 1234567', line: 3 },
    ]);
  });

  it('are refused with line and column and without the value when they name nobody', async () => {
    const refused = read('mail\na@b.co\nsecret-person\n', { type: 'email' });
    await expect(refused).rejects.toMatchObject({ code: 'FILE_NAMES_NOBODY', details: { line: 3, column: 'mail' } });
    await expect(refused).rejects.not.toThrow(/secret/);
    await expect(read('id\nnull\n', { type: 'user_id' })).rejects.toMatchObject({ code: 'FILE_NAMES_NOBODY' });
  });

  it('must be where the columns say', async () => {
    await expect(read('mail\na@b.co\n')).rejects.toMatchObject({ code: 'FILE_NO_SUCH_COLUMN' });
    await expect(read('mail\na@b.co\n', { type: 'email', column: 'e' })).rejects.toMatchObject({
      code: 'FILE_NO_SUCH_COLUMN',
      details: { column: 'e' },
    });
  });
});

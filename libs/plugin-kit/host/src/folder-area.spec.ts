import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderArea } from './folder-area';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kohort-area-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('createFolderArea', () => {
  it('writes, reads and overwrites, and leaves no temporary file', async () => {
    const area = createFolderArea(root);
    await area.write('a/b/c.txt', Buffer.from('one'));
    await area.write('a/b/c.txt', Buffer.from('two'));
    expect(Buffer.from((await area.read('a/b/c.txt')) ?? []).toString()).toBe('two');
    expect(await readdir(join(root, 'a/b'))).toEqual(['c.txt']);
  });

  it('answers null for a file that is not there', async () => {
    await expect(createFolderArea(root).read('no/such.txt')).resolves.toBeNull();
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a\\..\\x', 'a\0b', '.', ''])('refuses the path %j', async (path) => {
    await expect(createFolderArea(root).write(path, Buffer.from('x'))).rejects.toMatchObject({
      code: 'PLUGIN_HOST_PATH',
    });
  });
});

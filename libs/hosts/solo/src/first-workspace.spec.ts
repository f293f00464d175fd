import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseKey } from '@kohort/access-domain';
import { ensureHome } from './first-workspace';
import { readHome, writeHome } from '@kohort/hosts-home';

describe("solo's home", () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-home-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is made once, readable by its owner alone, with keys of its workspace', () => {
    expect(readHome(dir)).toBeNull();
    const home = ensureHome(dir);
    expect(ensureHome(dir)).toEqual(home);
    expect(statSync(join(dir, 'solo.json')).mode & 0o777).toBe(0o600);
    expect(parseKey(home.apiKey)).toMatchObject({ kind: 'api', workspaceId: home.workspaceId });
    expect(parseKey(home.writeKey)).toMatchObject({ kind: 'write', workspaceId: home.workspaceId });
  });

  it('takes the secret of an installation that has one, and no other later', () => {
    const other = join(dir, 'cluster');
    const pepper = 'ab'.repeat(32);
    expect(ensureHome(other, pepper).pepper).toBe(pepper);
    expect(ensureHome(other, pepper)).toEqual(ensureHome(other));
    expect(() => ensureHome(other, 'cd'.repeat(32))).toThrow(expect.objectContaining({ code: 'SOLO_PEPPER_DIFFERS' }));
  });

  it('gives a home of before the suppression list its key, once', () => {
    const older = join(dir, 'older');
    const { suppressionKey, ...rest } = ensureHome(older);
    expect(suppressionKey).not.toBe(rest.pepper);
    writeHome(older, rest);
    const mended = ensureHome(older);
    expect(mended).toMatchObject(rest);
    expect(mended.suppressionKey).toMatch(/^[0-9a-f]{64}$/);
    expect(ensureHome(older)).toEqual(mended);
  });

  it('refuses a damaged file instead of making new keys', () => {
    writeFileSync(join(dir, 'solo.json'), '{"workspaceId":1}');
    expect(() => ensureHome(dir)).toThrow(expect.objectContaining({ code: 'SOLO_HOME_UNREADABLE' }));
  });
});

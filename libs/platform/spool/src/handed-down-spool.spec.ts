import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import { takeFolder } from './folder-owner';
import { openHandedDownSpool } from './handed-down-spool';
import { encodeRecord } from './record';
import type { Spool } from './spool';

describe('a spool that is handed down', () => {
  let dir: string;
  let release: () => void;
  const opened = new Set<Spool>();
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kohort-handed-down-'));
    release = takeFolder(dir);
  });
  afterEach(async () => {
    for (const spool of opened) await spool.close();
    opened.clear();
    release();
    rmSync(dir, { recursive: true, force: true });
  });
  const open = async (): Promise<Spool> => {
    const spool = await openHandedDownSpool({ dir, limitBytes: 1_000_000, keeper: process.pid });
    opened.add(spool);
    return spool;
  };
  const append = (spool: Spool, text: string): Promise<void> => spool.append(Buffer.from(text));
  const drained = async (spool: Spool): Promise<string[]> => {
    const all: string[] = [];
    await spool.drain(async (records) => void all.push(...records.map((record) => record.toString('utf8'))));
    return all;
  };
  const leave = async (spool: Spool): Promise<void> => {
    opened.delete(spool);
    await spool.close();
  };
  const folders = (): string[] => readdirSync(dir).filter((name) => name !== 'owner');

  it('gives each its own folder, and the younger one what the elder left, before its own', async () => {
    const elder = await open();
    await append(elder, 'first');
    const younger = await open();
    await append(younger, 'third');
    await append(elder, 'second');
    expect([younger.records, younger.isOwed]).toEqual([1, true]);
    expect(await drained(younger)).toEqual([]);
    expect(younger.bytes).toBeGreaterThan(elder.bytes);
    await leave(elder);
    expect(await drained(younger)).toEqual(['first', 'second', 'third']);
    expect([younger.records, younger.bytes, younger.isOwed]).toEqual([0, 0, false]);
    await leave(younger);
    expect(folders()).toEqual([]);
  });

  it('lets the elder drain its own while a younger one waits, and leaves no folder', async () => {
    const elder = await open();
    const younger = await open();
    await append(elder, 'a');
    expect(await drained(elder)).toEqual(['a']);
    expect([younger.isOwed, await drained(younger)]).toEqual([true, []]);
    await leave(elder);
    expect([await drained(younger), younger.isOwed]).toEqual([[], false]);
    expect(folders()).toHaveLength(1);
  });

  it('finds what was killed in the middle, and what lay in the folder before there were generations', async () => {
    writeFileSync(join(dir, '000000000002.spool'), encodeRecord(Buffer.from('of old')));
    const killed = join(dir, 'generation-000000004');
    mkdirSync(killed);
    // No process has this pid: the largest that Linux hands out is 4,194,304.
    writeFileSync(join(killed, 'owner'), '4194305 1');
    const torn = Buffer.concat([encodeRecord(Buffer.from('killed')), encodeRecord(Buffer.from('torn')).subarray(0, 9)]);
    writeFileSync(join(killed, '000000000001.spool'), torn);
    const spool = await open();
    expect(folders()).toContain('generation-000000005');
    expect([spool.records, spool.badBytes]).toEqual([2, 9]);
    await append(spool, 'new');
    expect(await drained(spool)).toEqual(['of old', 'killed', 'new']);
    expect(folders()).toEqual(['generation-000000005']);
  });

  it('begins with the same records again where their handler failed, whoever left them', async () => {
    const elder = await open();
    await append(elder, 'a');
    await leave(elder);
    const younger = await open();
    await append(younger, 'b');
    const failing = younger.drain(async () => {
      throw new Error('away');
    });
    await expect(failing).rejects.toThrow('away');
    await leave(younger);
    const youngest = await open();
    expect(await drained(youngest)).toEqual(['a', 'b']);
    expect(folders()).toHaveLength(1);
  });

  it('belongs to one keeper: nobody else may come in', async () => {
    await expect(openHandedDownSpool({ dir, limitBytes: 1 })).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    const stranger = openHandedDownSpool({ dir, limitBytes: 1, keeper: process.ppid });
    await expect(stranger).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    release();
    const alone = await openHandedDownSpool({ dir, limitBytes: 1_000 });
    await append(alone, 'x');
    await alone.close();
    release = takeFolder(dir);
    expect(await drained(await open())).toEqual(['x']);
  });

  it.each([1, 2])('hands on every record once and in order, whenever they come and go (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const line: Spool[] = [await open()];
    const handed: string[] = [];
    const appended = new Map<Spool, number>();
    let generation = 0;
    const names = new Map(line.map((spool) => [spool, generation]));
    for (let step = 0; step < 60; step += 1) {
      const spool = line[random.int(line.length)];
      const pick = random.int(10);
      if (pick < 5 && spool) {
        const n = appended.get(spool) ?? 0;
        appended.set(spool, n + 1);
        await append(spool, `${names.get(spool)}.${n}`);
      } else if (pick < 7 && spool) {
        handed.push(...(await drained(spool)));
      } else if (pick === 7 && line.length < 3) {
        const next = await open();
        names.set(next, (generation += 1));
        line.push(next);
      } else if (pick > 7 && line.length > 1) {
        const [gone] = line.splice(random.int(line.length), 1);
        if (gone) await leave(gone);
      }
    }
    for (const spool of line.splice(0)) await leave(spool);
    handed.push(...(await drained(await open())));
    const all = [...appended].flatMap(([spool, count]) =>
      Array.from({ length: count }, (_, n) => `${names.get(spool)}.${n}`),
    );
    expect([...handed].sort()).toEqual(all.sort());
    for (const name of names.values()) {
      const own = handed.filter((record) => record.startsWith(`${name}.`));
      expect(own).toEqual(own.map((_, n) => `${name}.${n}`));
    }
    expect(folders()).toHaveLength(1);
    expect(existsSync(join(dir, 'owner'))).toBe(true);
  });
});

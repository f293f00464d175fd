import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import { encodeRecord, scanRecords } from './record';
import { openSpool, type Spool } from './spool';

const MEGABYTE = 1_048_576;

describe('spool', () => {
  let dir: string;
  const opened: Spool[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kohort-spool-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((spool) => spool.close()));
    rmSync(dir, { recursive: true, force: true });
  });
  const open = async (extra: { limitBytes?: number; segmentBytes?: number } = {}): Promise<Spool> => {
    const spool = await openSpool({ dir, limitBytes: MEGABYTE, ...extra });
    opened.push(spool);
    return spool;
  };
  const drained = async (spool: Spool): Promise<string[]> => {
    const all: string[] = [];
    await spool.drain(async (records) => void all.push(...records.map((record) => record.toString('utf8'))));
    return all;
  };
  const files = (): string[] => readdirSync(dir).filter((name) => name.endsWith('.spool'));
  const texts = Array.from({ length: 500 }, (_, n) => `record ${n} ${'x'.repeat(n % 37)}`);

  it('hands records on in their order, over several files, and leaves nothing', async () => {
    const spool = await open({ segmentBytes: 2_000 });
    await Promise.all(texts.map((text) => spool.append(Buffer.from(text))));
    expect(spool.records).toBe(500);
    expect(await drained(spool)).toEqual(texts);
    expect(files()).toEqual([]);
    expect([spool.bytes, spool.records]).toEqual([0, 0]);
    expect(await drained(spool)).toEqual([]);
  });

  it('finds after an end without a word what was appended before', async () => {
    const first = await open();
    for (const text of texts.slice(0, 20)) await first.append(Buffer.from(text));
    // Another process would see the same files; the folder is given back here so that this one may.
    await first.close();
    const second = await open();
    expect(second.records).toBe(20);
    await second.append(Buffer.from('one more'));
    expect(await drained(second)).toEqual([...texts.slice(0, 20), 'one more']);
  });

  it('keeps what its handler failed at, and begins there again', async () => {
    const spool = await open();
    await Promise.all(texts.map((text) => spool.append(Buffer.from(text))));
    const seen: string[] = [];
    let portions = 0;
    const failing = async (records: readonly Buffer[]): Promise<void> => {
      portions += 1;
      if (portions === 3) throw new Error('away');
      seen.push(...records.map((record) => record.toString('utf8')));
    };
    await expect(spool.drain(failing)).rejects.toThrow('away');
    expect(seen).toEqual(texts.slice(0, 128));
    await spool.append(Buffer.from('meanwhile'));
    expect(await drained(spool)).toEqual([...texts.slice(128), 'meanwhile']);
  });

  it('cuts a torn tail at every byte, and never gives half a record', async () => {
    const records = texts.slice(0, 6).map((text) => encodeRecord(Buffer.from(text)));
    const whole = Buffer.concat(records);
    const ends = records.map((_, i) => Buffer.concat(records.slice(0, i + 1)).length);
    for (let length = 0; length <= whole.length; length += 1) {
      const torn = scanRecords(whole.subarray(0, length));
      const expected = ends.filter((end) => end <= length).length;
      expect(torn.records.map(String)).toEqual(texts.slice(0, expected));
      expect(torn.bad).toBe(length - (ends[expected - 1] ?? 0));
    }
    writeFileSync(join(dir, '000000000001.spool'), whole.subarray(0, whole.length - 3));
    const spool = await open();
    expect(spool.badBytes).toBeGreaterThan(0);
    await spool.append(Buffer.from('after'));
    expect(await drained(spool)).toEqual([...texts.slice(0, 5), 'after']);
  });

  it('loses a damaged record alone, wherever a bit flips', () => {
    const whole = Buffer.concat(texts.slice(0, 20).map((text) => encodeRecord(Buffer.from(text))));
    const random = seededRandom(7);
    for (let round = 0; round < 500; round += 1) {
      const damaged = Buffer.from(whole);
      const at = random.int(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.int(8));
      const { records, bad } = scanRecords(damaged);
      expect(records).toHaveLength(19);
      expect(bad).toBeGreaterThan(0);
      for (const record of records) expect(texts).toContain(record.toString('utf8'));
    }
  });

  it('takes no more than its limit, and takes again when it was drained', async () => {
    const spool = await open({ limitBytes: 1_000 });
    const content = Buffer.alloc(400, 'a');
    await spool.append(content);
    await spool.append(content);
    await expect(spool.append(content)).rejects.toMatchObject({ code: 'SPOOL_FULL', kind: 'rate-limited' });
    expect(await drained(spool)).toHaveLength(2);
    await spool.append(content);
    expect(spool.records).toBe(1);
  });

  it('belongs to one opener at a time, and outlives an owner that is gone', async () => {
    await open();
    await expect(openSpool({ dir, limitBytes: 1 })).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    const left = mkdtempSync(join(tmpdir(), 'kohort-spool-'));
    try {
      // No process has this pid: the largest that Linux hands out is 4,194,304.
      writeFileSync(join(left, 'owner'), '4194305 1');
      appendFileSync(join(left, '000000000003.spool'), encodeRecord(Buffer.from('left behind')));
      const spool = await openSpool({ dir: left, limitBytes: 1_000 });
      opened.push(spool);
      expect(readFileSync(join(left, 'owner'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
      expect(await drained(spool)).toEqual(['left behind']);
      await spool.append(Buffer.from('new'));
      expect(readdirSync(left)).toContain('000000000004.spool');
    } finally {
      rmSync(left, { recursive: true, force: true });
    }
  });

  it('takes nothing once it is closed', async () => {
    const spool = await open();
    await spool.close();
    await expect(spool.append(Buffer.from('late'))).rejects.toMatchObject({ code: 'SPOOL_CLOSED' });
  });
});

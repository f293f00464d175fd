import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@kohort/kernel-clock-random';
import { sourceIdSchema, workspaceIdSchema, type IngestPort, type Json, type MaskGate } from '@kohort/kernel-contracts';
import { compileMasking } from '@kohort/ingest-domain';
import { AppError } from '@kohort/kernel-errors';
import { silentLogger } from '@kohort/kernel-telemetry';
import { openSpool, type Spool } from '@kohort/platform-spool';
import { setAsideIn } from './set-aside';
import { SpooledIngest } from './spooled-ingest';

const origin = {
  workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  sourceId: sourceIdSchema.parse('00000000-0000-4000-8000-0000000000aa'),
};
const envelope = { receivedAt: 1, sentAt: null, context: {}, integrations: {} };
const away = (): AppError => new AppError({ code: 'INGEST_STORE_AWAY', kind: 'transient', message: 'away' });

describe('SpooledIngest', () => {
  let dir: string;
  let spool: Spool;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kohort-spooled-'));
    spool = await openSpool({ dir, limitBytes: 10_000 });
  });
  afterEach(async () => {
    await spool.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A store that the test takes away and gives back; time passes when the test says so. */
  function rig(refuse: (item: Json) => unknown = () => null, masks?: Pick<MaskGate, 'known'>) {
    const state = { up: true, hangs: false };
    const stored: Json[] = [];
    let timers: { work: () => void }[] = [];
    const ingest: IngestPort = {
      async accept(_origin, items) {
        if (state.hangs) await new Promise(() => undefined);
        if (!state.up) throw away();
        for (const item of items) {
          const refused = refuse(item);
          if (refused !== null) throw refused;
        }
        stored.push(...items);
        return items.map((_item, index) => ({ index, outcome: 'stored', messageId: 'm', reason: null }));
      },
    };
    const door = new SpooledIngest({
      ...{ ingest, spool, logger: silentLogger, clock: manualClock(5_000), setAside: setAsideIn(dir) },
      ...(masks ? { masks } : {}),
      probe: async () => {
        if (!state.up) throw away();
      },
      later: (_waitMs, work) => {
        const timer = { work };
        timers.push(timer);
        return () => void (timers = timers.filter((one) => one !== timer));
      },
    });
    /** Fires every timer that is set, and waits for what it does. */
    const pass = async (): Promise<void> => {
      const due = timers;
      timers = [];
      for (const { work } of due) work();
      await door.draining;
      await new Promise((done) => setImmediate(done));
    };
    return { state, stored, door, pass, timers: () => timers, send: (n: number) => door.accept(origin, [n], envelope) };
  }

  it('answers from the store while it is there, and keeps nothing', async () => {
    const { door, send } = rig();
    expect(await send(1)).toMatchObject({ durability: 'committed', verdicts: [{ outcome: 'stored' }] });
    expect([spool.records, door.spooled, door.awayMs]).toEqual([0, 0, null]);
    await door.stop();
  });

  it('keeps calls while the store is away, and drains them in their order', async () => {
    const { state, stored, door, pass, send } = rig();
    state.up = false;
    for (let n = 0; n < 20; n += 1) expect(await send(n)).toEqual({ durability: 'spool' });
    await pass();
    expect([spool.records, stored.length, door.awayMs]).toEqual([20, 0, 0]);
    state.up = true;
    await pass();
    expect(stored).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect([spool.records, door.awayMs]).toEqual([0, null]);
    expect(await send(20)).toMatchObject({ durability: 'committed' });
    await door.stop();
  });

  it('is not kept from draining by calls that keep coming', async () => {
    const { state, door, timers, send } = rig();
    state.up = false;
    await send(0);
    const [first] = timers();
    for (let n = 1; n < 10; n += 1) await send(n);
    expect(timers()).toEqual([first]);
    await door.stop();
  });

  it('keeps the rest when the store goes away while it is drained', async () => {
    let left = 7;
    const { state, stored, door, pass, send } = rig(() => {
      left -= 1;
      return left < 0 ? away() : null;
    });
    state.up = false;
    for (let n = 0; n < 20; n += 1) await send(n);
    state.up = true;
    await pass();
    expect(stored).toHaveLength(7);
    expect(spool.records).toBe(20);
    left = 1_000;
    await pass();
    // The seven came twice: their ids make that harmless.
    expect(new Set(stored).size).toBe(20);
    expect(spool.records).toBe(0);
    await door.stop();
  });

  it('sets a record aside that can never be stored, and goes on', async () => {
    const bug = new AppError({ code: 'KERNEL_UNEXPECTED', kind: 'bug', message: 'no such source' });
    const { state, stored, door, pass, send } = rig((item) => (item === 3 ? bug : null));
    state.up = false;
    for (let n = 0; n < 6; n += 1) await send(n);
    state.up = true;
    for (let turn = 0; turn < 4; turn += 1) await pass();
    expect(new Set(stored)).toEqual(new Set([0, 1, 2, 4, 5]));
    expect(spool.records).toBe(0);
    expect(readFileSync(join(dir, 'set-aside.ndjson'), 'utf8').trim().split('\n')).toHaveLength(1);
    await door.stop();
  });

  it('does not keep what the way in refuses for another reason', async () => {
    const { door, send } = rig(() => new AppError({ code: 'X', kind: 'bug', message: 'broken' }));
    await expect(send(1)).rejects.toMatchObject({ code: 'X' });
    expect(spool.records).toBe(0);
    expect(existsSync(join(dir, 'set-aside.ndjson'))).toBe(false);
    await door.stop();
  });

  it('gives up on a store that does not answer', async () => {
    const { state, door, pass, send } = rig();
    state.hangs = true;
    const call = send(1);
    await pass();
    expect(await call).toEqual({ durability: 'spool' });
    await door.stop();
  });

  it('keeps no personal data that is to be masked, and nothing of a source that nobody knows', async () => {
    const settings = { fields: ['properties.comment'], longTexts: null, kinds: ['email'], country: null } as const;
    const masking = compileMasking({ ...settings, fields: [...settings.fields], kinds: [...settings.kinds] }, (text) =>
      text.replace('eva@example.org', '[email]'),
    );
    let known: ReturnType<MaskGate['known']> = undefined;
    const { state, stored, door, pass } = rig(() => null, { known: () => known });
    state.up = false;
    const item = { type: 'track', event: 'Review', userId: 'u1', properties: { comment: 'ask eva@example.org' } };
    const call = () => door.accept(origin, [item], { ...envelope, context: {} });
    await expect(call()).rejects.toMatchObject({ code: 'WIRE_MASKING_UNKNOWN', kind: 'transient' });
    expect(spool.records).toBe(0);
    known = masking;
    expect(await call()).toEqual({ durability: 'spool' });
    const files = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
    expect(files.join('')).toContain('ask [email]');
    expect(files.join('')).not.toContain('example.org');
    state.up = true;
    await pass();
    expect(stored).toEqual([{ ...item, properties: { comment: 'ask [email]' } }]);
    await door.stop();
  });

  it('sends callers away when the spool is four fifths full', async () => {
    const { state, door, send } = rig();
    state.up = false;
    const answers: unknown[] = [];
    for (let n = 0; n < 60; n += 1) answers.push(await send(n).catch((thrown: { code: string }) => thrown.code));
    expect(answers.at(-1)).toBe('WIRE_OVERLOADED');
    expect(spool.bytes).toBeGreaterThan(8_000);
    expect(spool.bytes).toBeLessThan(8_500);
    await door.stop();
  });
});

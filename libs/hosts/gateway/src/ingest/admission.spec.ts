import { mintKey } from '@kohort/access-domain';
import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { Admission, type AdmissionLimits, type Release } from './admission';

const noisy = { workspaceId: '00000000-0000-4000-8000-000000000001', sourceId: 's' };
const quiet = { workspaceId: '00000000-0000-4000-8000-000000000002', sourceId: 's' };

function open(limits: Partial<AdmissionLimits> = {}) {
  const clock = manualClock(1_000_000);
  return { clock, admission: new Admission({ clock, random: seededRandom(1) }, limits) };
}

function afterMs(work: () => unknown): number | null {
  try {
    work();
    return null;
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'WIRE_OVERLOADED') throw thrown;
    return thrown.afterMs ?? null;
  }
}

describe('Admission', () => {
  it('never lets a noisy workspace fill the room of a quiet one', () => {
    const { clock, admission } = open({ rows: 1_000 });
    const waiting: Release[] = [];
    let [refusedNoisy, refusedQuiet] = [0, 0];
    // Ten times what is worked off, for a minute of tens of milliseconds; the quiet one sends a row now and then.
    for (let step = 0; step < 6_000; step += 1) {
      clock.advance(10);
      for (let n = 0; n < 10; n += 1) {
        const refused = afterMs(() => waiting.push(admission.enterStore(noisy, { bytes: 100, rows: 10 })));
        if (refused !== null) refusedNoisy += 1;
      }
      if (step % 7 === 0) {
        const refused = afterMs(() => waiting.push(admission.enterStore(quiet, { bytes: 100, rows: 1 })));
        if (refused !== null) refusedQuiet += 1;
      }
      waiting.shift()?.();
    }
    expect(refusedQuiet).toBe(0);
    expect(refusedNoisy).toBeGreaterThan(50_000);
    expect(admission.depth).toBeLessThanOrEqual(1_000);
    for (const release of waiting) release();
    expect(admission.depth).toBe(0);
  });

  it('says when to come again: 1 to 60 seconds, by what waits, spread', () => {
    const { clock, admission } = open({ rows: 4_000 });
    for (let n = 0; n < 50; n += 1) {
      clock.advance(100);
      admission.enterStore(noisy, { bytes: 1, rows: 10 })();
    }
    admission.enterStore(noisy, { bytes: 1, rows: 2_000 });
    const answers = Array.from({ length: 200 }, () =>
      afterMs(() => admission.enterStore(noisy, { bytes: 1, rows: 100 })),
    );
    const waits = answers.map((answer) => answer ?? 0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(new Set(waits).size).toBeGreaterThan(100);
    // 2,000 rows wait and about 100 a second are worked off.
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeGreaterThan(10_000);
  });

  it('bounds requests by the workspace that their keys name, before anything is read', () => {
    const { admission } = open({ requests: 40 });
    const key = (n: number) =>
      mintKey('write', workspaceIdSchema.parse(`00000000-0000-4000-8000-00000000000${n}`), new Uint8Array(32).fill(n));
    const releases: Release[] = [];
    const fill = (of: string | null): number => {
      let entered = 0;
      while (afterMs(() => releases.push(admission.enterDoor(of))) === null) entered += 1;
      return entered;
    };
    expect([fill(key(1)), fill(key(2)), fill(null), fill('no key at all')]).toEqual([20, 10, 5, 0]);
    for (const release of releases) release();
    // Giving back twice gives back once.
    for (const release of releases) release();
    expect(fill(key(1))).toBe(20);
  });

  it('keeps a key to its rate', () => {
    const { clock, admission } = open({ perKey: 10 });
    const send = () => afterMs(() => admission.enterStore(noisy, { bytes: 1, rows: 50 })());
    expect([send(), send()]).toEqual([null, null]);
    expect(send()).toBeGreaterThanOrEqual(1_000);
    expect(admission.depth).toBe(0);
    clock.advance(5_000);
    expect(send()).toBeNull();
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KilledIdentity } from './identity-under-kills';

const EVENTS = 40_000;
const KILLS = 12;

describe('who is who, when the process is killed again and again', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-identity-'));
  const kohort = new KilledIdentity(join(dir, 'home'), 20_260_503);
  afterAll(async () => {
    await kohort.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it(`${KILLS} kills in rebuilds there and back, and as many while merges are taken back`, async () => {
    await kohort.start();
    await kohort.send(EVENTS);
    const together = await kohort.picture();
    await kohort.untilDone(await kohort.apply('apart'));
    const apart = await kohort.picture();
    for (let kills = 0; kills < KILLS;) {
      for (const [to, wanted] of [
        ['together', together],
        ['apart', apart],
      ] as const) {
        const run = await kohort.apply(to);
        while (await kohort.killIn(run, 6_000)) {
          kills += 1;
          expect(await kohort.picture()).toMatchObject({ odd: 0 });
        }
        await kohort.untilDone(run);
        expect(await kohort.picture()).toEqual(wanted);
      }
    }
    await kohort.untilDone(await kohort.apply('together'));
    let before = together;
    for (let kills = 0; kills < KILLS; kills += 1) {
      const merge = await kohort.killInUnmerge();
      const found = await kohort.picture();
      await kohort.unmerge(merge);
      const after = await kohort.picture();
      expect(after).toMatchObject({ odd: 0 });
      expect([before, after]).toContainEqual(found);
      before = after;
    }
  }, 1_800_000);
});

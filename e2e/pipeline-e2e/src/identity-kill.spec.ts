import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KilledIdentity } from './identity-under-kills';

describe('who is who, when the process is killed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-identity-'));
  const kohort = new KilledIdentity(join(dir, 'home'), 20_260_502);
  afterAll(async () => {
    await kohort.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it('a rebuild goes on where it was, and a merge is taken back or is not', async () => {
    await kohort.start();
    await kohort.send(3_000);
    const together = await kohort.picture();
    const run = await kohort.apply('apart');
    expect(await kohort.killIn(run, 600)).toBe(true);
    await kohort.untilDone(run);
    const apart = await kohort.picture();
    expect(apart).toMatchObject({ odd: 0 });
    expect(apart.people).toBeGreaterThan(together.people * 1.5);
    // The same rules once more, undisturbed: nobody is another than the kill has left them.
    expect(await kohort.untilDone(await kohort.apply('apart'))).toMatchObject({ result: { moved: 0 } });
    expect(await kohort.picture()).toEqual(apart);
    await kohort.untilDone(await kohort.apply('together'));
    expect(await kohort.picture()).toEqual(together);
    const merge = await kohort.killInUnmerge();
    const found = await kohort.picture();
    const { answer } = await kohort.unmerge(merge);
    const after = await kohort.picture();
    expect(after).toMatchObject({ odd: 0, people: together.people + (answer.isApart ? 1 : 0) });
    expect([together, after]).toContainEqual(found);
  }, 180_000);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KilledIdentity } from './identity-under-kills';
import { runKohort } from './run-kohort';

describe('who is who, when the process is killed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-identity-'));
  const home = join(dir, 'home');
  const kohort = new KilledIdentity(home, 20_260_502);
  afterAll(async () => {
    await kohort.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it('people who may be one are looked for, listed and decided about on the command line', async () => {
    await kohort.start();
    await kohort.sendPeople();
    const run = (args: readonly string[]) => runKohort(['identity', ...args], { env: { KOHORT_HOME: home } });
    const resultOf = ({ stdout }: { readonly stdout: string }): unknown =>
      (JSON.parse(stdout) as { readonly result: unknown }).result;
    const linked = await run(['link', '--fields', 'first_name,last_name,city', '--json']);
    expect(resultOf(linked)).toMatchObject({ profiles: 200 });
    const listed = await run(['candidates', '--limit', '30', '--json']);
    const pairs = resultOf(listed) as readonly { readonly profileIds: readonly string[]; readonly state: string }[];
    expect(pairs.length).toBeGreaterThan(10);
    expect(pairs[0]).toMatchObject({
      state: 'OPEN',
      compared: expect.arrayContaining([expect.objectContaining({ trait: 'last_name' })]),
    });
    // Values are hidden where nobody asks for them.
    expect(listed.stdout).not.toMatch(/Regensburg|Klagenfurt|Salzgitter/);
    const [first, second] = pairs.map(({ profileIds }) => profileIds);
    expect(resultOf(await run(['accept', ...(first ?? []), '--json']))).toMatchObject({ state: 'ACCEPTED' });
    expect((await run(['reject', ...(second ?? [])])).stdout).toMatch(/rejected/);
    expect(resultOf(await run(['candidates', '--state', 'rejected', '--json']))).toHaveLength(1);
    const [shown, wrong, many] = await Promise.all([
      run(['candidates', '--show-values', '--limit', '30']),
      run(['accept', 'x', 'y', '--json']),
      run(['candidates', '--limit', 'many']),
    ]);
    expect(shown.stdout).toMatch(/Regensburg|Klagenfurt|Salzgitter/);
    expect([wrong.code, wrong.stdout]).toEqual([expect.any(Number), '']);
    expect(wrong.code).not.toBe(0);
    expect(many.code).toBe(2);
  });

  it('a rebuild goes on where it was, and a merge is taken back or is not', async () => {
    await kohort.send(3_000);
    const together = await kohort.picture();
    const run = await kohort.apply('apart');
    expect(await kohort.killIn(run, 600)).toBe(true);
    await kohort.untilDone(run);
    const apart = await kohort.picture();
    expect(apart).toMatchObject({ odd: 0 });
    expect(apart.people).toBeGreaterThan(together.people + 300);
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
  });
});

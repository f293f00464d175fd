import { changesUnderKills } from './changes-under-kills';

/** Smaller for a quick look: `KOHORT_ORDEAL_CHANGES=50000 KOHORT_ORDEAL_DISCONNECTS=20 npm run test:long -- changes`. */
const size = (name: string, preset: number): number => Number(process.env[`KOHORT_ORDEAL_${name}`] ?? preset);

describe('the change log over broken connections and killed gateways, for minutes', () => {
  it('misses nothing of a million changes by 16 writers, over 100 clients that break 100 times each', async () => {
    const changes = size('CHANGES', 1_000_000);
    const report = await changesUnderKills({
      ...{ writers: 16, changes, together: 1_000, holdMs: 500, people: 2_000 },
      ...{ readers: size('READERS', 100), ofEverything: 2, disconnects: size('DISCONNECTS', 100) },
      ...{ livesMs: 300, kills: size('KILLS', 10), seed: 12 },
      onProgress: (line) => process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    expect(report).toMatchObject({ missed: 0, repeats: 0, refusals: [], written: changes });
  }, 3_600_000);
});

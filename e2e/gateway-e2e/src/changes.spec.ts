import { changesUnderKills } from './changes-under-kills';

describe('the change log over broken connections and killed gateways', () => {
  it('is read whole and once by clients that resume from their cursor', async () => {
    const report = await changesUnderKills({
      ...{ writers: 16, changes: 3_000, together: 20, holdMs: 60, people: 300 },
      ...{ readers: 8, ofEverything: 2, disconnects: 12, livesMs: 120, kills: 2, seed: 11 },
    });
    expect(report).toMatchObject({ missed: 0, repeats: 0, refusals: [], written: 3_000, cuts: 96 });
  });
});

import { twoOrders, unmerged } from '../../test/world-checks';

describe('2,000 random worlds', () => {
  it('end alike in any order of arrival, with limits', () => {
    for (let seed = 10_000; seed < 12_000; seed += 1) {
      const { wanted, found } = twoOrders(seed);
      expect([seed, found]).toEqual([seed, wanted]);
    }
  });

  it('end alike whether a merge was taken back or never was', () => {
    let compared = 0;
    for (let seed = 20_000; compared < 2_000; seed += 1) {
      const worlds = unmerged(seed);
      if (!worlds) continue;
      expect([seed, worlds.found]).toEqual([seed, worlds.wanted]);
      compared += 1;
    }
  });
});

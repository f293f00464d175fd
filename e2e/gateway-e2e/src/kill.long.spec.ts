import { killsUnderLoad } from './kills-under-load';

describe('a gateway that is killed under load, for minutes', () => {
  it.each([1, 2, 3])(
    'loses nothing through 40 kills, every fifth of the database as well (seed %i)',
    async (seed) => {
      await killsUnderLoad({ kills: 40, seed, longestMs: 1_500, outageEvery: 5 });
    },
    600_000,
  );
});

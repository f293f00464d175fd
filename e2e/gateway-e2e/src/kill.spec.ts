import { killsUnderLoad } from './kills-under-load';

describe('a gateway that is killed under load', () => {
  it('has stored what it acknowledged, once, through 6 kills at random instants', async () => {
    await killsUnderLoad({ kills: 6, seed: 5, longestMs: 600 });
  });
});

import { FairShare } from './fair-share';

const fill = (share: FairShare, user: string): number => {
  let taken = 0;
  while (share.enter(user, 1)) taken += 1;
  return taken;
};

describe('FairShare', () => {
  it('gives one user half of it, and the next ones a part of what is free', () => {
    const share = new FairShare(1_000);
    expect(fill(share, 'noisy')).toBe(500);
    expect(fill(share, 'second')).toBe(250);
    expect(fill(share, 'third')).toBe(125);
    expect(share.used).toBe(875);
  });

  it('comes to equal parts when greedy users come and go', () => {
    const share = new FairShare(900);
    fill(share, 'a');
    for (let round = 0; round < 2_000; round += 1) {
      for (const user of ['a', 'b']) {
        share.leave(user, share.of(user) > 0 ? 1 : 0);
        share.enter(user, 1);
        share.enter(user, 1);
      }
    }
    expect(Math.abs(share.of('a') - share.of('b'))).toBeLessThanOrEqual(2);
    expect(share.of('a')).toBeGreaterThan(290);
  });

  it('always has room for a user who holds nothing', () => {
    const share = new FairShare(100);
    for (const user of ['a', 'b', 'c', 'd']) fill(share, user);
    expect(share.enter('new', 3)).toBe(true);
    expect(share.enter('new', 60)).toBe(false);
  });

  it('lets what is larger than a share in alone, and forgets users who left', () => {
    const share = new FairShare(100);
    expect(share.enter('a', 80)).toBe(true);
    expect(share.enter('a', 1)).toBe(false);
    expect(share.enter('b', 21)).toBe(false);
    share.leave('a', 80);
    expect([share.used, share.of('a')]).toEqual([0, 0]);
  });
});

import { migrationText, segmentLook, type RemoteLook } from './segment-look';

const look: RemoteLook = {
  ...{ key: 'loyal', name: 'Loyal', description: '', kind: 'RULE', entity: 'PROFILE', status: 'LIVE', size: 1_200 },
  ...{ liveVersion: 2, ruleText: 'plan = "pro"', tags: ['growth'], purpose: null, valueShare: 0.25 },
  heldVersion: { version: 3 },
  freshness: {
    ...{ lastChangeAt: '2026-11-22T10:00:00Z', countedAt: null, nextRefreshAt: null, recordingLagMs: 2 },
    lag: { changes: 1_000, p50Ms: 60.44, p99Ms: 81.1 },
  },
  versions: {
    nodes: [
      { version: 3, author: 'ann', publishedAt: null, retiredAt: null, sizeAtEnd: null },
      { version: 1, author: null, publishedAt: '2026-01-01', retiredAt: '2026-02-01', sizeAtEnd: 900 },
    ],
  },
  usedBy: { nodes: [{ destination: { key: 'files' } }, { destination: { key: 'files' } }] },
  sizeHistory: {
    ...{ volatility: 0.05, timeZone: 'Europe/Berlin' },
    points: [
      { from: '2026-11-20', size: 600, entered: 10, exited: 5 },
      { from: '2026-11-21', size: 1_200, entered: 700, exited: 100 },
    ],
  },
  sizeChange: {
    ...{ before: 595, after: 1_200 },
    causes: [
      { cause: 'EVENT', isNew: true, entered: 600, exited: 0 },
      { cause: 'TIME', isNew: false, entered: 110, exited: 105 },
    ],
  },
  compositions: [
    {
      ...{ trait: 'age', kind: 'numeric', members: 1_200, membersWithout: 200, membersElsewhere: 0 },
      groups: [
        { value: null, from: 20, to: 30.5, members: 1_000, shareOfMembers: 0.5, shareOfEverybody: 0.25, lift: 2 },
      ],
    },
  ],
  overlap: {
    keys: ['loyal', 'vip'],
    people: [
      [1_200, 30],
      [30, 40],
    ],
    jaccard: [
      [1, 0.0248],
      [0.0248, 1],
    ],
  },
};

describe('segmentLook', () => {
  const text = segmentLook(look, 'day');

  it('tells who it is, how fresh, and where it goes', () => {
    expect(text.split('\n').slice(0, 6)).toEqual([
      'Loyal (loyal): 1,200 people, 25.0 % of all revenue',
      '  rule, live, version 2, tags growth',
      '  version 3 is held and waits for a person',
      '    plan = "pro"',
      '  goes to: files',
      '  live; last change 2026-11-22T10:00:00Z; from event to change p50 60.4 ms, p99 81.1 ms (1,000 changes)',
    ]);
  });

  it.each([
    ['DRAFT', 'not published'],
    ['BACKFILLING', 'its first version is being filled'],
    ['FAILED', 'its first version could not be filled; publish it again'],
    ['ARCHIVED', 'archived: serves nobody any more'],
  ])('does not say of what is %s that it is live', (status, sentence) => {
    const told = segmentLook({ ...look, status, liveVersion: null }, 'day').split('\n');
    expect(told).toContain(`  ${sentence}`);
    expect(told.some((line) => line.startsWith('  live;'))).toBe(false);
  });

  it('tells how its size went, and why', () => {
    expect(text).toContain('size by day since 2026-11-20 (Europe/Berlin): ▄█');
    expect(text).toContain('595 → 1,200, +710 −105, volatility 0.05 a day');
    expect(text).toMatch(/what people did, new people +\+600 +-0\n +time passing +\+110 +-105/);
  });

  it('tells its versions, what its members are, and beside whom', () => {
    expect(text).toMatch(/3 +ann +draft +– +–\n +1 +– +2026-01-01 +2026-02-01 +900/);
    expect(text).toMatch(/20 … 30\.5 +1,000 +50\.0 % +25\.0 % +2\.00×\n {2}200 of 1,200 without it/);
    expect(text).toMatch(/vip +40 +30 +2\.5 %/);
  });
});

describe('migrationText', () => {
  it('lists flows, the largest first, those from and to none named', () => {
    const flows = [
      { from: 'a', to: null, people: 5 },
      { from: null, to: 'b', people: 1_000 },
    ];
    const text = migrationText({ people: 1_005, flows }, { at: 'x', until: 'y' });
    expect(text).toMatch(
      /^1,005 people between x and y\n.*\n.*\n +\(none of them\) +b +1,000\n +a +\(none of them\) +5$/,
    );
  });
});

import fc from 'fast-check';
import { HiddenPlaces } from './hidden-places';

const stepOf = fc.record({ by: fc.bigInt({ min: 0n, max: 3n }), releases: fc.boolean() });

describe('HiddenPlaces', () => {
  it('releases as a list of all places would, while there are few', () => {
    fc.assert(
      fc.property(fc.array(stepOf, { maxLength: 64 }), (steps) => {
        const places = new HiddenPlaces();
        let all: bigint[] = [];
        let committed = 1n;
        let readable = 0n;
        for (const { by, releases } of steps) {
          if (releases) {
            readable = committed < readable + by ? committed : readable + by;
            const left = all.filter((place) => place > readable);
            expect(places.release(readable)).toBe(left.length < all.length);
            all = left;
          } else {
            committed += by;
            places.add(committed);
            all = [...new Set([...all, committed])];
          }
          expect({ head: places.head, size: places.size }).toEqual({ head: all[0], size: all.length });
        }
      }),
      { seed: 20_261 },
    );
  });

  it('keeps 64 places of ten thousand, and is done when the last of all can be read', () => {
    const places = new HiddenPlaces();
    for (let place = 1n; place <= 10_000n; place += 1n) places.add(place);
    expect({ head: places.head, size: places.size }).toEqual({ head: 1n, size: 64 });
    expect(places.release(63n)).toBe(true);
    expect(places.release(9_999n)).toBe(false);
    expect(places.release(10_000n)).toBe(true);
    expect(places.head).toBeUndefined();
  });

  it('has nothing to add for a place that is not behind the last', () => {
    const places = new HiddenPlaces();
    for (const place of [5n, 5n, 4n]) places.add(place);
    expect(places.size).toBe(1);
    expect(places.release(4n)).toBe(false);
    expect(places.release(5n)).toBe(true);
  });
});

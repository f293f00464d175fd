import fc from 'fast-check';
import { cutBatches, groupBy, utf8Bytes } from './batching';

describe('cutBatches', () => {
  it('cuts 2,501 small items into 2,500 and 1', () => {
    const items = Array.from({ length: 2501 }, (_, i) => i);
    expect(cutBatches(items, { maxRecords: 2500 }, () => 1).map((batch) => batch.length)).toEqual([2500, 1]);
  });

  it('keeps order and limits for any items', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 })),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 80 }),
        (items, maxRecords, maxBytes) => {
          const batches = cutBatches(items, { maxRecords, maxBytes }, (size) => size);
          expect(batches.flat()).toEqual(items);
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(maxRecords);
            const bytes = batch.reduce((sum, size) => sum + size, 0);
            expect(bytes <= maxBytes || batch.length === 1).toBe(true);
          }
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  it('makes nothing of nothing', () => {
    expect(cutBatches([], { maxRecords: 5 }, () => 1)).toEqual([]);
  });
});

it('counts bytes, not characters', () => {
  expect(utf8Bytes('aé€😀')).toBe(10);
});

it('groups in order of first appearance', () => {
  expect(groupBy(['b1', 'a1', 'b2'], (item) => item[0] ?? '')).toEqual([['b1', 'b2'], ['a1']]);
});

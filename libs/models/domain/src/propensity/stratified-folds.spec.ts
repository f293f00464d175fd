import { seededRandom } from '@kohort/kernel-clock-random';
import fc from 'fast-check';
import { splitFold, stratifiedFolds } from './stratified-folds';

describe('stratifiedFolds', () => {
  it('deals each outcome and all rows evenly', () => {
    const labels = fc.uint8Array({ min: 0, max: 1, minLength: 10, maxLength: 300 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 10 }), fc.nat(), (drawn, folds, seed) => {
        const outcomes = Uint8Array.from(drawn);
        const fold = stratifiedFolds(outcomes, folds, seededRandom(seed));
        const count = (keep: (row: number) => boolean): number[] =>
          Array.from({ length: folds }, (_, k) => fold.filter((own, row) => own === k && keep(row)).length);
        for (const keep of [(row: number) => outcomes[row] === 1, (row: number) => outcomes[row] === 0, () => true]) {
          const sizes = count(keep);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('is the same for a seed, another for another', () => {
    const labels = Uint8Array.from({ length: 200 }, (_, row) => (row % 3 === 0 ? 1 : 0));
    const deal = (seed: number): Uint8Array => stratifiedFolds(labels, 5, seededRandom(seed));
    expect(deal(1)).toEqual(deal(1));
    expect(deal(1)).not.toEqual(deal(2));
  });

  it('splits rows in their order', () => {
    const { inside, outside } = splitFold(Uint8Array.of(0, 1, 0, 2), 0);
    expect([...inside]).toEqual([0, 2]);
    expect([...outside]).toEqual([1, 3]);
  });
});

import { seededRandom } from '@kohort/kernel-clock-random';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { findTopics } from './find-topics';

const SUBJECTS = [
  ['parcel', 'late', 'courier', 'tracking', 'delivery'],
  ['dress', 'colour', 'size', 'fabric', 'sleeve'],
  ['refund', 'money', 'invoice', 'card', 'payment'],
];

/** 90 texts about one of three things, each with some words of all. */
function planted(): { documents: string[][]; wanted: Int32Array } {
  const random = seededRandom(6);
  const documents = Array.from({ length: 90 }, (_, i) =>
    Array.from({ length: 12 }, () => {
      const subject = SUBJECTS[random.next() < 0.9 ? i % 3 : random.int(3)] ?? [];
      return subject[random.int(5)] ?? '';
    }),
  );
  return { documents: [...documents, []], wanted: Int32Array.from({ length: 90 }, (_, i) => i % 3) };
}

describe.each(['lda', 'nmf'] as const)('topics by %s', (method) => {
  it('are those that were planted, coherent, and absent in an empty text', async () => {
    const { documents, wanted } = planted();
    const options = { topics: 3, method, terms: 4, vocabulary: { mostShareOfOne: 1 } };
    const found = await findTopics(documents, options, { random: seededRandom(3) });
    expect(adjustedRandIndex(found.labels.subarray(0, 90), wanted)).toBeGreaterThan(0.95);
    expect([found.labels[90], found.shares[90], found.vocabularySize]).toEqual([-1, 0, 15]);
    for (const { terms, texts, cv, npmi, umass } of found.topics) {
      expect(SUBJECTS.filter((subject) => terms.every((term) => subject.includes(term)))).toHaveLength(1);
      expect(texts).toBe(30);
      expect(cv).toBeGreaterThan(0.5);
      expect(npmi).toBeGreaterThan(0);
      expect(umass).toBeLessThan(0);
    }
  });
});

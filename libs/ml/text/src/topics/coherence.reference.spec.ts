import { fitVocabulary } from '../terms/vocabulary';
import { umassCoherence, windowCoherence } from './coherence';
import golden from './reference/coherence.golden.json';

const expectClose = (ours: readonly number[], wanted: readonly number[]): void => {
  expect(ours).toHaveLength(wanted.length);
  wanted.forEach((value, at) => expect(Math.abs((ours[at] ?? NaN) - value)).toBeLessThan(golden.tolerance));
};

describe('coherence of topics against numpy', () => {
  it('UMass by texts', () => {
    const { vocabulary, counts } = fitVocabulary(golden.texts, { leastDocuments: 1 });
    const columns = golden.topics.map((terms) => terms.map((term) => vocabulary.terms.indexOf(term)));
    expectClose(umassCoherence(columns, counts), golden.umass);
  });

  it('NPMI and C_v by windows', () => {
    const { npmi, cv } = windowCoherence(golden.topics, golden.texts, golden.window);
    expectClose(npmi, golden.npmi);
    expectClose(cv, golden.cv);
  });

  it('refuses a topic of one term', () => {
    expect(() => windowCoherence([['a']], [['a', 'b']])).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
    expect(() => windowCoherence([], [['a', 'b']])).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
  });
});

import { sentimentLabel, sentimentOf } from './sentiment';

describe('sentiment by lexicon', () => {
  // The examples of the method's authors with their published scores (Hutto & Gilbert, README of vaderSentiment).
  it.each([
    ['VADER is smart, handsome, and funny.', 0.8316],
    ['VADER is smart, handsome, and funny!', 0.8439],
    ['VADER is VERY SMART, handsome, and FUNNY!!!', 0.9342],
    ['VADER is not smart, handsome, nor funny.', -0.7424],
    ['The book was good.', 0.4404],
    ['At least it isn’t a horrible book.', -0.5423],
    ['The plot was good, but the characters are uncompelling and the dialog is not great.', -0.7042],
    ['Today SUX!', -0.5461],
  ])('%s', (text, score) => {
    expect(sentimentOf(text).score).toBeCloseTo(score, 1);
  });

  it('is neutral without a word of feeling, and for words that every object knows', () => {
    for (const text of ['', '   ', 'constructor __proto__ toString', 'Das Paket kam gestern an.']) {
      expect(sentimentOf(text)).toMatchObject({ score: 0, label: 'neutral' });
    }
  });

  it('reads the beginning of an endless text alone', () => {
    const text = `I love it. ${'the '.repeat(20_000)} I hate it, terrible, awful, the worst.`;
    expect(sentimentOf(text).score).toBeGreaterThan(0);
  });

  it('bounds of the words', () => {
    expect([0.05, 0.0499, -0.0499, -0.05].map(sentimentLabel)).toEqual(['positive', 'neutral', 'neutral', 'negative']);
  });
});

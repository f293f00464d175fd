import { mentionSentence, mentionTraits, summariseMentions } from './summarise-mentions';

const subjects = [
  { key: 'delivery', words: ['delivery', 'parcel', 'shipping'] },
  { key: 'size', words: ['size', 'fits well'] },
  { key: 'customer_support', words: ['support', 'the'] },
];

describe('what texts of a person mention', () => {
  const texts = [
    'Terrible delivery, I hate waiting. The support was wonderful!',
    'My parcels came broken and late, awful. Shipping is a disaster.',
    'Another horrible delivery.',
    'Nothing to say.',
  ];
  const mentions = summariseMentions(texts, subjects);

  it('counts texts, and judges the sentences that speak of it', () => {
    expect(mentions.get('delivery')).toMatchObject({ texts: 3, sentiment: 'negative' });
    expect(mentions.get('customer_support')).toMatchObject({ texts: 1, sentiment: 'positive' });
    expect(mentions.get('size')).toEqual({ texts: 0, score: 0, sentiment: null });
  });

  it('is said in values of traits and in a sentence', () => {
    expect(mentionTraits(mentions)).toMatchObject({
      mentions_delivery: 3,
      mentions_delivery_sentiment: 'negative',
      mentions_size: 0,
      mentions_size_sentiment: null,
      mentions_size_score: null,
    });
    expect(mentionSentence(mentions)).toBe('mentions delivery: 3, negative; mentions customer support: 1, positive');
    expect(mentionSentence(summariseMentions([], subjects))).toBeNull();
  });
});

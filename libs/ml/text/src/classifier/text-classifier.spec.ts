import {
  classifyTexts,
  fitTextClassifier,
  textClassifierFromJson,
  textClassifierToJson,
  textClassShares,
} from './text-classifier';

const texts = [
  'Die Lieferung kam viel zu spät',
  'Paket verspätet, Lieferung schlecht',
  'viel zu spät geliefert, schlecht',
  'Tolles Kleid, schöne Farbe',
  'Die Farbe ist toll, schönes Kleid',
  'Schöne Farbe und tolle Qualität',
];
const labels = ['bad', 'bad', 'bad', 'good', 'good', 'good'];

describe('a classifier of labelled texts', () => {
  it('learns classes in a language without a lexicon', async () => {
    const fitted = await fitTextClassifier({ texts, labels }, { c: 10 });
    expect(fitted.classes).toEqual(['bad', 'good']);
    expect(classifyTexts(fitted, ['Lieferung spät', 'schöne Farbe'])).toEqual(['bad', 'good']);
    const shares = textClassShares(fitted, ['Lieferung spät', 'unbekannt']);
    expect((shares[0] ?? NaN) + (shares[1] ?? NaN)).toBeCloseTo(1, 12);
    expect(shares[0]).toBeGreaterThan(shares[2] ?? NaN);
  });

  it('is stored and read without losing a bit, and refuses what is none', async () => {
    const fitted = await fitTextClassifier({ texts, labels });
    const stored = JSON.parse(JSON.stringify(textClassifierToJson(fitted)));
    expect(textClassShares(textClassifierFromJson(stored), texts)).toEqual(textClassShares(fitted, texts));
    const broken = { ...stored, classes: ['a', 'b', 'c'] };
    expect(() => textClassifierFromJson(broken)).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
    expect(() => textClassifierFromJson({})).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
  });

  it('refuses one class, and labels that do not go with the texts', async () => {
    const one = fitTextClassifier({ texts, labels: texts.map(() => 'same') });
    await expect(one).rejects.toMatchObject({ code: 'SOFTMAX_EMPTY_CLASS' });
    await expect(fitTextClassifier({ texts, labels: ['a'] })).rejects.toMatchObject({ code: 'ML_SHAPE' });
  });
});

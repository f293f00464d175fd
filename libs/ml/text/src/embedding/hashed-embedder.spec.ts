import { seededRandom } from '@kohort/kernel-clock-random';
import { fitHashedEmbedder, hashedEmbedder, hashedFromJson, hashedToJson } from './hashed-embedder';

const texts = [
  'the parcel came late',
  'late parcel, late delivery',
  'where is my parcel delivery',
  'lovely dress in a lovely colour',
  'the colour of the dress',
  'dress colour lovely',
  '',
];
const control = () => ({ random: seededRandom(4) });
const near = (data: Float32Array, cols: number, a: number, b: number): number =>
  Array.from({ length: cols }, (_, c) => (data[a * cols + c] ?? NaN) * (data[b * cols + c] ?? NaN)).reduce(
    (x, y) => x + y,
    0,
  );

describe('points of texts by hashed words', () => {
  it('lie near each other when words are shared, have length 1, and do not depend on their neighbours', async () => {
    const embedder = hashedEmbedder(await fitHashedEmbedder(texts, { places: 512, dimensions: 4 }, control()));
    const { data, rows, cols } = await embedder.embed(texts);
    expect([rows, cols]).toEqual([7, 4]);
    expect(near(data, cols, 0, 1)).toBeGreaterThan(near(data, cols, 0, 3) + 0.3);
    expect(near(data, cols, 3, 5)).toBeGreaterThan(near(data, cols, 2, 5) + 0.3);
    for (let row = 0; row < 6; row += 1) expect(near(data, cols, row, row)).toBeCloseTo(1, 6);
    expect([...data.subarray(24)]).toEqual([0, 0, 0, 0]);
    expect((await embedder.embed([texts[3] ?? ''])).data).toEqual(data.slice(12, 16));
  });

  it('same seed, same bytes; stored and read without losing a bit', async () => {
    const [one, two] = [
      await fitHashedEmbedder(texts, { places: 256 }, control()),
      await fitHashedEmbedder(texts, { places: 256 }, control()),
    ];
    expect(two).toEqual(one);
    expect(hashedFromJson(JSON.parse(JSON.stringify(hashedToJson(one))))).toEqual(one);
    expect(() => hashedFromJson({ estimator: 'hashed-embedder' })).toThrow(
      expect.objectContaining({ code: 'ML_STATE' }),
    );
  });

  it('refuses texts without words, wrong settings, and stops when it is told to', async () => {
    await expect(fitHashedEmbedder(['', '!'], {}, control())).rejects.toMatchObject({ code: 'TEXT_NO_TERMS' });
    await expect(fitHashedEmbedder(texts, { places: 1 }, control())).rejects.toMatchObject({ code: 'ML_PARAM' });
    const embedder = hashedEmbedder(await fitHashedEmbedder(texts, { places: 64, dimensions: 2 }, control()));
    await expect(embedder.embed(texts, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ML_CANCELLED',
    });
  });
});

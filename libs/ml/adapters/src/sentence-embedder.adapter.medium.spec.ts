import { sentenceEmbedder, sentenceEmbedderAvailable } from './sentence-embedder.adapter';

describe('the sentence embedder', () => {
  it('loads its weights from its package, and puts what means alike near each other', async () => {
    expect(await sentenceEmbedderAvailable()).toEqual({ available: true, engine: 'energetic-ai-en-0.2.0' });
    const embedder = sentenceEmbedder();
    const texts = ['where is my parcel', 'the delivery is late', 'I am happy', 'I love it', 'refund please', ' ?! '];
    const { data, rows, cols } = await embedder.embed(texts);
    expect([rows, cols]).toEqual([6, embedder.dimensions]);
    const row = (at: number): Float32Array => data.subarray(at * cols, (at + 1) * cols);
    const near = (a: number, b: number): number =>
      row(a).reduce((sum, value, at) => sum + value * (row(b)[at] ?? NaN), 0);
    expect(near(0, 1)).toBeGreaterThan(near(0, 2) + 0.1);
    expect(near(2, 3)).toBeGreaterThan(near(2, 4) + 0.1);
    for (let at = 0; at < 5; at += 1) expect(near(at, at)).toBeCloseTo(1, 5);
    expect(row(5).every((value) => value === 0)).toBe(true);
    const alone = await embedder.embed([texts[1] ?? '']);
    alone.data.forEach((value, at) => expect(value).toBeCloseTo(row(1)[at] ?? NaN, 5));
    await expect(embedder.embed(texts, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ML_CANCELLED',
    });
  });
});

import { digammaPower } from './digamma-power';
import { descendTopics, topicShares } from './lda';
import { ldaDefaults } from './lda.params';
import golden from './reference/lda.golden.json';

const gapOf = (ours: Float64Array, wanted: readonly number[]): number => {
  expect(ours).toHaveLength(wanted.length);
  return Math.max(...wanted.map((value, at) => Math.abs((ours[at] ?? NaN) / value - 1)));
};

describe('topics against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ rows, cols, starts, columns, values, params, ...wanted }) => {
    const counts = {
      rows,
      cols,
      starts: Uint32Array.from(starts),
      columns: Uint32Array.from(columns),
      values: Float64Array.from(values),
    };
    const method = params.method === 'online' ? ('online' as const) : ('batch' as const);
    const settings = { ...ldaDefaults, ...params, method };
    const start = Float64Array.from(wanted.start);
    const components = await descendTopics(counts, start, { params: settings, control: {} });
    expect(gapOf(components, wanted.components)).toBeLessThan(golden.tolerance);
    const { topics, mostRounds, tolerance } = settings;
    const topicPrior = settings.topicPrior || 1 / topics;
    const fitted = { version: 1 as const, topics, cols, components, topicPrior, mostRounds, tolerance };
    expect(gapOf(topicShares(fitted, counts), wanted.shares)).toBeLessThan(golden.tolerance);
  });

  it('the power of the digamma function against scipy', () => {
    const { points, values, tolerance } = golden.digammaPower;
    // e^ψ of small numbers underflows to 0 in both.
    points.forEach((x, at) => {
      const wanted = values[at] ?? NaN;
      expect(Math.abs(digammaPower(x) - wanted)).toBeLessThanOrEqual(tolerance * wanted);
    });
  });
});

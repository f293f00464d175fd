import { propensityCardSchema } from '@kohort/kernel-contracts';
import { xgboostEngine } from '@kohort/ml-adapters';
import { crossedTruth, linearTruth, people, propensityWorld } from '../../test/people-world';
import { explainPropensity } from './explain-propensity';
import { fitPropensity, type FittedPropensity } from './fit-propensity';
import { peopleTable } from './people-table';
import { parsePropensity, serialisePropensity } from './propensity-artifact';
import { scorePropensity } from './score-propensity';

const context = { gbdt: xgboostEngine() };
const quick = { gbdt: { iterations: 40 } };
const chosen = ({ card }: FittedPropensity): string | undefined => card.candidates.find((one) => one.chosen)?.name;

describe('fitting a propensity', () => {
  it('takes the baseline where trees are no better, and says so', async () => {
    const fitted = await fitPropensity(propensityWorld(900, linearTruth), quick, context);
    expect(fitted.status).toBe('ready');
    expect(chosen(fitted)).toBe('logistic');
    expect(fitted.card.candidates.map(({ name }) => name)).toEqual(['logistic', 'gbdt']);
    expect(fitted.card.reasons.join()).toContain('not better than the baseline beyond noise');
    expect(propensityCardSchema.parse(fitted.card)).toEqual(fitted.card);
    expect(
      fitted.card.importance
        .slice(0, 2)
        .map(({ feature }) => feature)
        .sort(),
    ).toEqual(['recency', 'visits']);
    expect(fitted.card.calibration.reduce((sum, { count }) => sum + count, 0)).toBe(900);
  });

  it('takes trees where features work only together', async () => {
    const world = propensityWorld(900, crossedTruth);
    const fitted = await fitPropensity(world, quick, context);
    expect(chosen(fitted)).toBe('gbdt');
    expect(fitted.status).toBe('ready');
    const [logistic, gbdt] = fitted.card.candidates;
    expect(logistic?.auc).toBeLessThan(0.6);
    expect(gbdt?.auc).toBeGreaterThan(0.75);
    expect(fitted.probabilities).toHaveLength(900);
    expect(Math.max(...fitted.percentiles)).toBe(100);
    expect(await fitPropensity(world, quick, context)).toEqual(fitted);
  });

  it('the stored artifact scores and explains as the fit did', async () => {
    for (const truth of [linearTruth, crossedTruth]) {
      const world = propensityWorld(600, truth);
      const fitted = await fitPropensity(world, quick, context);
      const artifact = parsePropensity(fitted.artifact);
      expect(serialisePropensity(artifact)).toBe(fitted.artifact);
      const table = peopleTable(world.now);
      const scores = scorePropensity(artifact, table);
      expect(scores.probabilities).toEqual(fitted.probabilities);
      expect(scores.percentiles).toEqual(fitted.percentiles);
      for (const row of [0, 17, 599]) {
        const { base, margin, reasons, rest, probability } = explainPropensity(artifact, { table, row });
        const sum = reasons.reduce((total, { contribution }) => total + contribution, base);
        expect(Math.abs(sum - (scores.margins[row] ?? NaN))).toBeLessThan(1e-6);
        expect(Math.abs(margin - (scores.margins[row] ?? NaN))).toBeLessThan(1e-6);
        expect(rest).toBe(0);
        expect(probability).toBeCloseTo(scores.probabilities[row] ?? NaN, 9);
        const short = explainPropensity(artifact, { table, row }, 1);
        expect(short.reasons).toEqual(reasons.slice(0, 1));
        expect(short.base + (short.reasons[0]?.contribution ?? NaN) + short.rest).toBeCloseTo(margin, 9);
      }
    }
  });

  it('bears columns that are constant or missing in everybody', async () => {
    const world = propensityWorld(400, linearTruth);
    const widened = <T extends { features: readonly string[]; data: Float64Array }>(one: T): T => ({
      ...one,
      features: [...one.features, 'never', 'always'],
      data: Float64Array.from({ length: (one.data.length / 4) * 6 }, (_, i) => {
        const column = i % 6;
        if (column < 4) return one.data[Math.floor(i / 6) * 4 + column] ?? NaN;
        return column === 4 ? NaN : 7;
      }),
    });
    const input = { ...world, train: widened(world.train), test: widened(world.test), now: widened(world.now) };
    const fitted = await fitPropensity(input, quick, context);
    expect(fitted.status).toBe('ready');
    const idle = fitted.card.importance.filter(({ feature }) => feature === 'never' || feature === 'always');
    expect(idle.map(({ value }) => value)).toEqual([0, 0]);
    expect(fitted.probabilities.every((p) => p > 0 && p < 1)).toBe(true);
  });

  it('refuses noise, and scores nobody', async () => {
    const fitted = await fitPropensity(
      propensityWorld(400, () => 0),
      quick,
      context,
    );
    expect(fitted).toMatchObject({ status: 'refused', grade: null });
    expect(fitted.card.reasons.join()).toContain('chance');
    expect(fitted.probabilities).toHaveLength(0);
  });

  it('refuses a feature that holds the answer, and names it', async () => {
    const world = propensityWorld(500, () => 0);
    const leak = (one: typeof world.train): void => {
      one.labels.forEach((label, row) => {
        one.data[row * 4 + 3] = label * 10;
      });
    };
    leak(world.train);
    leak(world.test);
    const fitted = await fitPropensity(world, quick, context);
    expect(fitted.status).toBe('refused');
    expect(fitted.card.reasons.join()).toContain('look at "noise" first');
  });

  it('says when there is too little to learn from, without fitting', async () => {
    const world = propensityWorld(60, linearTruth);
    const fitted = await fitPropensity(world, quick, {});
    expect(fitted).toMatchObject({ status: 'insufficient_data', grade: null, artifact: 'null' });
    const one = propensityWorld(300, () => -50);
    expect((await fitPropensity(one, quick, {})).card.reasons.join()).toContain('only one outcome');
  });

  it('makes do with the baseline where no engine is installed', async () => {
    const absent = {
      available: async () => ({ available: false, engine: 'none', reason: 'not installed' }),
      train: context.gbdt.train,
    };
    for (const gbdt of [undefined, absent]) {
      const fitted = await fitPropensity(propensityWorld(500, linearTruth), quick, { gbdt });
      expect(fitted.card.candidates.map(({ name }) => name)).toEqual(['logistic']);
      expect(fitted.card.reasons.join()).toContain('no engine');
    }
  });

  it('refuses matrices that do not go together, and stops when asked', async () => {
    const world = propensityWorld(300, linearTruth);
    const other = { ...world, now: { ...people(10, linearTruth, 4), features: ['a', 'b', 'c', 'd'] } };
    await expect(fitPropensity(other, quick, {})).rejects.toMatchObject({ code: 'PROPENSITY_MATRICES_DIFFER' });
    const short = { ...world, train: { ...world.train, labels: new Uint8Array(3) } };
    await expect(fitPropensity(short, quick, {})).rejects.toMatchObject({ code: 'PROPENSITY_MATRICES_DIFFER' });
    await expect(fitPropensity(world, quick, { ...context, signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });

  it('keeps the fitted columns as a pipeline, and scores alike by an artifact from before pipelines', async () => {
    const world = propensityWorld(500, linearTruth);
    const { artifact } = await fitPropensity(world, quick, {});
    const stored = JSON.parse(artifact);
    const { steps, inputs } = stored.model.design;
    expect(steps.map(({ use }: { use: string }) => use)).toEqual(['simple-imputer', 'standard-scaler']);
    const columns = inputs.map(({ name, kind }: { name: string; kind: string }, at: number) => ({
      kind,
      name,
      median: steps[0].fitted.state.columns[at].fill,
      ...steps[1].fitted.state.columns[at].fitted,
    }));
    const before = { ...stored, model: { ...stored.model, design: { version: 1, columns } } };
    const table = peopleTable(world.now);
    const [old, now] = [parsePropensity(JSON.stringify(before)), parsePropensity(artifact)];
    expect(scorePropensity(old, table)).toEqual(scorePropensity(now, table));
    expect(explainPropensity(old, { table, row: 3 })).toEqual(explainPropensity(now, { table, row: 3 }));
  });

  it('refuses artifacts that were damaged', async () => {
    const { artifact } = await fitPropensity(propensityWorld(400, linearTruth), quick, {});
    const good = parsePropensity(artifact);
    const damaged = [
      'null',
      artifact.slice(0, -1),
      JSON.stringify({ ...good, schema: 2 }),
      JSON.stringify({ ...good, features: ['visits'] }),
      JSON.stringify({ ...good, model: { ...good.model, means: [0] } }),
      JSON.stringify({ ...good, calibration: { kind: 'platt' } }),
    ];
    for (const text of damaged) {
      expect(() => parsePropensity(text)).toThrow(expect.objectContaining({ code: 'PROPENSITY_ARTIFACT_INVALID' }));
    }
  });
});

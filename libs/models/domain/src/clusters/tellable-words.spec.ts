import { matrixOf } from '@kohort/ml-core';
import { ruleOfCluster } from '../surrogate/rule-of-cluster';
import { tellByRules } from '../surrogate/tell-by-rules';
import { inWordsOf } from './category-words';
import { parseClusterModel, serialiseClusterModel } from './cluster-model';
import { clusterTable } from './cluster-table';
import { clusteringCard } from './clustering-card';
import { explainPlacement } from './explain-placement';
import { tellableWords } from './tellable-words';

const LONG = 'x'.repeat(101);
/** 40 people of each plan, 4 of one who are told apart by it, and 6 who wrote a novel in its place. */
const PEOPLE = [...[40, 40, 4, 6].entries()].flatMap(([code, people]) => new Array<number>(people).fill(code));
const OWN = [{ feature: 'plan', words: ['free', 'pro', 'secret', LONG] }];

function told() {
  const featureNames = ['age', 'plan'];
  const rows = PEOPLE.map((code, i) => [20 + 30 * Math.min(code, 2) + (i % 7), code]);
  const matrix = { ...matrixOf(rows), data: Float64Array.from(rows.flat()) };
  const categories = tellableWords({ featureNames, matrix, categories: OWN });
  const ids = PEOPLE.map((_, i) => `p${i}`);
  return { featureNames, ids, categories, matrix: inWordsOf({ featureNames, categories }, matrix, OWN) };
}

describe('words that may be told', () => {
  it('are those of five people and more, and no long ones; all the rest is another word', () => {
    const { categories, matrix } = told();
    expect(categories).toEqual([{ feature: 'plan', words: ['free', 'pro'], others: true }]);
    const codes = PEOPLE.map((_, i) => matrix.data[i * 2 + 1]);
    expect(codes).toEqual(PEOPLE.map((code) => Math.min(code, 2)));
  });

  it('are left as they are where each is of enough people, and refused where there are too many', () => {
    const matrix = { data: Float64Array.from({ length: 300 }, (_, i) => i % 60), rows: 300, cols: 1 };
    const list = (n: number) => [{ feature: 'plan', words: Array.from({ length: n }, (_, i) => `w${i}`) }];
    const few = { ...matrix, data: matrix.data.map((code) => code % 50) };
    expect(tellableWords({ featureNames: ['plan'], matrix: few, categories: list(50) })).toEqual(list(50));
    expect(() => tellableWords({ featureNames: ['plan'], matrix, categories: list(60) })).toThrow(
      'column "plan" has 60 different words, a category has 50 at most',
    );
  });

  it('alone stand in a model, its sheets, its rules and its reasons', async () => {
    const input = told();
    const settings = { algorithm: 'kprototypes', k: 3, seed: 1, scaling: 'auto', params: { gamma: 5 } } as const;
    const result = await clusterTable(input, settings);
    const { model, rules } = await tellByRules(input, { model: result.model, labels: result.labels, seed: 1 });
    const artifact = serialiseClusterModel(model);
    const stored = parseClusterModel(artifact);
    expect(stored.categories).toEqual(input.categories);
    const others = Float64Array.of(80, 2);
    const explained = await explainPlacement(stored, others);
    expect(explained.reasons.find(({ feature }) => feature === 'plan')?.value ?? 'another word').toBe('another word');
    const all = JSON.stringify([artifact, clusteringCard(input, result, 1), rules, explained]);
    expect(all).not.toMatch(/secret|xxx/);
    expect(all).toContain('free');
  });

  it('give a rule to those who have none of them', () => {
    const path = (above: number | null, upTo: number | null) => ({
      predicted: 0,
      intervals: [{ feature: 0, above, upTo, missing: true, present: true }],
      counts: [1],
    });
    const ruleOf = (words: readonly string[], above: number | null, upTo: number | null) => {
      const categories = [{ feature: 'plan', words, others: true }];
      const { where } = ruleOfCluster(
        { paths: [path(above, upTo)] },
        { featureNames: ['plan'], missingIn: [], categories },
      );
      return where;
    };
    const missing = { trait: { path: 'plan', op: 'notExists' } };
    const isNot = (word: string) => ({ trait: { path: 'plan', op: 'neq', value: word } });
    const notIn = { trait: { path: 'plan', op: 'notIn', value: ['free', 'pro'] } };
    // Nobody of the fit was without a plan: who is now has another word.
    expect(ruleOf(['free', 'pro'], 1.5, null)).toEqual({ all: [{ any: [missing, notIn] }] });
    expect(ruleOf(['free', 'pro'], 0.5, null)).toEqual({ all: [{ any: [missing, isNot('free')] }] });
    expect(ruleOf(['', 'free', 'pro'], 1.5, null)).toEqual({ all: [isNot('free')] });
    expect(ruleOf(['', 'pro'], 0.5, null)).toEqual({ all: [{ trait: { path: 'plan', op: 'exists' } }] });
    const known = { trait: { path: 'plan', op: 'in', value: ['free', 'pro'] } };
    expect(ruleOf(['free', 'pro'], null, 1.5)).toEqual({ all: [known] });
    expect(ruleOf(['', 'free', 'pro'], null, 2.5)).toEqual({ all: [{ any: [missing, known] }] });
  });
});

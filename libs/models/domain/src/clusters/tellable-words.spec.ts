import { matrixOf } from '@kohort/ml-core';
import { ruleOfCluster } from '../surrogate/rule-of-cluster';
import { tellByRules } from '../surrogate/tell-by-rules';
import { codeOf, inWordsOf } from './category-words';
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

/** The rule of everybody whose place in a list lies within, where some of the fit had a word that is not in it. */
function whereOf(words: readonly string[], { above, upTo }: { above: number | null; upTo: number | null }): unknown {
  const intervals = [{ feature: 0, above, upTo, missing: true, present: true }];
  const features = { featureNames: ['plan'], missingIn: [], categories: [{ feature: 'plan', words, others: true }] };
  return ruleOfCluster({ paths: [{ predicted: 0, intervals, counts: [1] }] }, features)['where'];
}

type Where =
  | { readonly all: readonly Where[] }
  | { readonly any: readonly Where[] }
  | { readonly trait: { readonly op: string; readonly value?: string | readonly string[] } };

/** What the rule language says of somebody's plan: conditions do not hold of a missing one, but for `notExists`. */
function holds(where: Where, plan: string): boolean {
  if ('all' in where) return where.all.every((one) => holds(one, plan));
  if ('any' in where) return where.any.some((one) => holds(one, plan));
  const { op, value = [] } = where.trait;
  if (plan === '' || op === 'notExists' || op === 'exists') return (plan === '') === (op === 'notExists');
  const isOne = [value].flat().includes(plan);
  return op === 'eq' || op === 'in' ? isOne : !isOne;
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
    const ofOthers = result.sheets[2]?.categories;
    expect(ofOthers).toContainEqual(
      expect.objectContaining({ word: 'another word', shareOfCluster: 1, shareOfPeople: expect.closeTo(1 / 9, 6) }),
    );
    const all = JSON.stringify([artifact, clusteringCard(input, result, 1), rules, explained]);
    expect(all).not.toMatch(/secret|xxx/);
    expect(all).toContain('free');
  });

  it('give a rule to those who have none of them', () => {
    const missing = { trait: { path: 'plan', op: 'notExists' } };
    const isNot = (word: string) => ({ trait: { path: 'plan', op: 'neq', value: word } });
    const notIn = { trait: { path: 'plan', op: 'notIn', value: ['free', 'pro'] } };
    // Nobody of the fit was without a plan: who is now has another word.
    expect(whereOf(['free', 'pro'], { above: 1.5, upTo: null })).toEqual({ all: [{ any: [missing, notIn] }] });
    expect(whereOf(['free', 'pro'], { above: 0.5, upTo: null })).toEqual({ all: [{ any: [missing, isNot('free')] }] });
    expect(whereOf(['', 'free', 'pro'], { above: 1.5, upTo: null })).toEqual({ all: [isNot('free')] });
    expect(whereOf(['', 'pro'], { above: 0.5, upTo: null })).toEqual({
      all: [{ trait: { path: 'plan', op: 'exists' } }],
    });
    const known = { trait: { path: 'plan', op: 'in', value: ['free', 'pro'] } };
    expect(whereOf(['free', 'pro'], { above: null, upTo: 1.5 })).toEqual({ all: [known] });
    expect(whereOf(['', 'free', 'pro'], { above: null, upTo: 2.5 })).toEqual({ all: [{ any: [missing, known] }] });
  });

  it('are taken in by rules as the tree that they are of lets them through, and so are all the others', () => {
    const ways: { above: number | null; upTo: number | null }[] = [];
    const bounds = [null, 0.5, 1.5, 2.5];
    for (const above of bounds) {
      for (const upTo of bounds) if ((above ?? -1) < (upTo ?? 9) && above !== upTo) ways.push({ above, upTo });
    }
    for (const words of [
      ['', 'free', 'pro'],
      ['free', 'pro', 'team'],
    ]) {
      for (const way of ways) {
        const where = whereOf(words, way);
        for (const word of ['', 'free', 'pro', 'team', 'mine']) {
          const code = codeOf({ feature: 'plan', words }, word);
          const passes = code > (way.above ?? -1) && code <= (way.upTo ?? 9);
          expect([words, way, word, holds(where as Where, word)]).toEqual([words, way, word, passes]);
        }
      }
    }
  });
});

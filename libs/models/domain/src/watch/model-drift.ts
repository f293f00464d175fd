import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import type { ModelDrift } from '@kohort/kernel-contracts';
import { applyScaling } from '@kohort/ml-clustering';
import { drawRows, poolOf, takeRows, type ComputeControl, type Matrix, type WideMatrix } from '@kohort/ml-core';
import { maximumMeanDiscrepancy } from '@kohort/ml-drift';
import { numbersOf, spreadWords } from '../clusters/category-words';
import { codeColumns } from '../clusters/cluster-settings';
import type { ClusterModel } from '../clusters/cluster-model';
import { clusterDrift, type ClusterLook } from './cluster-drift';
import { byGravity, featureDrift, type Judged } from './feature-drift';
import { WATCH_LIMITS } from './watch-limits';
import { wordDrift } from './word-drift';

/** A model and the people of two instants, in the model's features, in their own units; NaN is missing. */
export interface WatchInput extends Pick<ClusterLook, 'keys' | 'earlier'> {
  readonly model: ClusterModel;
  /** As they were known at the instant of the fit. */
  readonly before: WideMatrix;
  readonly after: WideMatrix;
  readonly seed: number;
}

/** More people than this are compared by a sample: sorting them tells nothing more. */
const MOST_PEOPLE = 50_000;
/** People a side whose pairs are compared by all features together. */
const PAIRED_PEOPLE = 250;
const RELABELLINGS = 499;

/** Some people, drawn at random where there are more than can be compared. */
function somePeople(people: WideMatrix, random: Random): WideMatrix {
  if (people.rows <= MOST_PEOPLE) return people;
  const { cols } = people;
  const drawn = drawRows(people.rows, MOST_PEOPLE, random);
  const data = new Float64Array(drawn.length * cols);
  drawn.forEach((row, i) => data.set(people.data.subarray(row * cols, (row + 1) * cols), i * cols));
  return { data, rows: drawn.length, cols };
}

const someRows = (scaled: Matrix, random: Random): Matrix =>
  scaled.rows <= PAIRED_PEOPLE ? scaled : takeRows(scaled, drawRows(scaled.rows, PAIRED_PEOPLE, random));

const column = ({ data, rows, cols }: WideMatrix, at: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => data[i * cols + at] as number);

async function placed(model: ClusterModel, people: WideMatrix, control: ComputeControl) {
  const scaled = applyScaling(model.scaling, people);
  const { labels } = await model.placing.assign(scaled, control);
  const codes = codeColumns(model, model.scaling);
  // Words have no centre that moves: they are told by themselves, and by all features together.
  return { scaled: numbersOf(scaled, codes), spread: codes.length > 0 ? spreadWords(scaled, codes) : scaled, labels };
}

async function together(before: Matrix, after: Matrix, control: ComputeControl & { readonly random: Random }) {
  const { random } = control;
  const was = someRows(before, random.split('before'));
  const is = someRows(after, random.split('after'));
  if (Math.min(was.rows, is.rows) < WATCH_LIMITS.fewestValues) return null;
  const { squared, pValue } = await maximumMeanDiscrepancy(was, is, { ...control, permutations: RELABELLINGS });
  const { moved, shifting } = WATCH_LIMITS.mmd;
  const level = pValue <= moved ? 'moved' : pValue <= shifting ? 'shifting' : 'steady';
  return { level, squared, pValue } as const;
}

const figure = (value: number): string => String(Number(value.toPrecision(3)));
const sentence = ({ level, what, value, limit }: Judged): string =>
  `${what} ${figure(value)} ${level === 'moved' ? `is beyond ${figure(limit)}` : `nears ${figure(limit)}`}`;

/**
 * Holds a model against the people of now: each feature, the sizes and centres of its clusters with everybody placed by
 * the same model, and all features together, by the thresholds of `WATCH_LIMITS`.
 *
 * Shape   before, after: people × the model's features, words by their places in the model's lists
 * Cost    sorts of at most 50,000 people a side and feature, pairs of at most 250
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
export async function modelDrift(input: WatchInput, given: ComputeControl = {}): Promise<ModelDrift> {
  const { model, seed, keys, earlier } = input;
  const random = seededRandom(seed).split('watch');
  const control = { ...given, pool: poolOf(given) };
  const before = somePeople(input.before, random.split('before'));
  const after = somePeople(input.after, random.split('after'));
  const tests = model.featureNames.length;
  const features = model.featureNames.map((name, at) => {
    const people = { before: column(before, at), after: column(after, at), tests };
    const category = model.categories.find(({ feature }) => feature === name);
    return category ? wordDrift(category, people) : featureDrift(name, people);
  });
  const [was, is] = [await placed(model, before, control), await placed(model, after, control)];
  const { clusters, sizePsi, found: ofClusters } = clusterDrift({ keys, earlier, before: was, after: is });
  const mmd = await together(was.spread, is.spread, { ...control, random: random.split('pairs') });
  const all = byGravity([
    ...features.flatMap(({ found }) => found ?? []),
    ...ofClusters,
    ...(mmd
      ? [
          {
            level: mmd.level,
            what: 'all features together: 1 − p',
            value: 1 - mmd.pValue,
            limit: 1 - WATCH_LIMITS.mmd.moved,
          },
        ]
      : []),
  ]);
  const telling = all.filter(({ level }) => level !== 'steady');
  const [first] = all;
  return {
    level: telling[0]?.level ?? 'steady',
    reasons: telling.map(sentence),
    strongest: first ? { what: first.what, value: first.value, limit: first.limit } : null,
    peopleBefore: input.before.rows,
    peopleAfter: input.after.rows,
    features: features.map(({ drift }) => drift),
    clusters,
    sizePsi,
    mmd,
  };
}

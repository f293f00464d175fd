import { mlErrors, type SparseMatrix } from '@kohort/ml-core';

/** Added to joint shares so that their logarithm exists (Röder et al. 2015). */
const EPSILON = 1e-12;
/** Words of a sliding window of C_v, as its authors chose it. */
const WINDOW = 110;

/** How often terms stand in texts or windows, alone and together. */
interface JointCounts {
  readonly total: number;
  /** By place in `columns`. */
  readonly alone: Float64Array;
  /** Square, by places. */
  readonly together: Float64Array;
}

function jointOf(size: number, units: Iterable<readonly number[]>): JointCounts {
  const alone = new Float64Array(size);
  const together = new Float64Array(size * size);
  let total = 0;
  for (const places of units) {
    total += 1;
    for (const a of places) {
      alone[a] = (alone[a] as number) + 1;
      for (const b of places) together[a * size + b] = (together[a * size + b] as number) + 1;
    }
  }
  return { total, alone, together };
}

/** Terms that any topic names, numbered. */
function placesOf<T>(topics: readonly (readonly T[])[]): Map<T, number> {
  return new Map([...new Set(topics.flat())].map((term, place) => [term, place]));
}

function* textUnits(counts: SparseMatrix, places: ReadonlyMap<number, number>): Generator<number[]> {
  for (let row = 0; row < counts.rows; row += 1) {
    const met: number[] = [];
    for (let at = counts.starts[row] as number; at < (counts.starts[row + 1] as number); at += 1) {
      const place = places.get(counts.columns[at] as number);
      if (place !== undefined) met.push(place);
    }
    yield met;
  }
}

/** The different terms in every window of a text; a text shorter than a window is one window. */
function* windowUnits(
  documents: Iterable<readonly string[]>,
  places: ReadonlyMap<string, number>,
  width: number,
): Generator<number[]> {
  for (const words of documents) {
    const at = words.map((word) => places.get(word) ?? -1);
    for (let from = 0; from === 0 || from + width <= at.length; from += 1) {
      yield [...new Set(at.slice(from, from + width))].filter((place) => place >= 0);
    }
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function checkTopics(topics: readonly (readonly unknown[])[]): void {
  const short = topics.findIndex((terms) => terms.length < 2);
  if (topics.length > 0 && short < 0) return;
  const got = topics.length === 0 ? 'no topic' : `${topics[short]?.length}`;
  throw mlErrors.ML_SHAPE({ what: 'terms of a topic', expected: 'at least 2', got });
}

/**
 * UMass coherence of each topic: the mean over its pairs of ln((texts with both + 1) / texts with the heavier one).
 *
 * Shape   topics: columns of each topic, the heaviest first; counts: texts × terms
 * Units   0 is perfect, more negative is worse; compare only topics of equally many terms
 * Throws  ML_SHAPE for a topic of fewer than two terms
 * Source  Mimno et al. 2011; held to numpy by reference/coherence.golden.json
 */
export function umassCoherence(topics: readonly (readonly number[])[], counts: SparseMatrix): number[] {
  checkTopics(topics);
  const places = placesOf(topics);
  const { alone, together } = jointOf(places.size, textUnits(counts, places));
  return topics.map((terms) => {
    const at = terms.map((term) => places.get(term) as number);
    const scores = at.flatMap((lighter, i) =>
      at
        .slice(0, i)
        .map((heavier) =>
          Math.log(((together[lighter * places.size + heavier] as number) + 1) / Math.max(1, alone[heavier] as number)),
        ),
    );
    return mean(scores);
  });
}

/** Normalised pointwise mutual information of two places: −1 never together, 0 as chance has it, 1 always together. */
function npmi({ total, alone, together }: JointCounts, a: number, b: number): number {
  const joint = (together[a * alone.length + b] as number) / total;
  const chance = ((alone[a] as number) / total) * ((alone[b] as number) / total);
  return Math.log((joint + EPSILON) / chance) / -Math.log(joint + EPSILON);
}

/** NPMI and C_v of topics. */
export interface WindowCoherence {
  /** −1 to 1. */
  readonly npmi: readonly number[];
  /** About 0.3 for terms thrown together, 0.5 to 0.7 for good topics. */
  readonly cv: readonly number[];
}

/**
 * NPMI (mean over the pairs of a topic) and C_v (mean cosine of each term's NPMI vector with that of the whole topic),
 * both from the terms that meet within 110 words.
 *
 * Shape   topics: terms of each topic; documents: words of each text, read once
 * Throws  ML_SHAPE for a topic of fewer than two terms
 * Cost    one pass over all words times the window
 * Source  Röder, Both & Hinneburg 2015; held to numpy by reference/coherence.golden.json
 */
export function windowCoherence(
  topics: readonly (readonly string[])[],
  documents: Iterable<readonly string[]>,
  width = WINDOW,
): WindowCoherence {
  checkTopics(topics);
  const places = placesOf(topics);
  const joint = jointOf(places.size, windowUnits(documents, places, width));
  const scored = topics.map((terms) => {
    const at = terms.map((term) => places.get(term) as number);
    const vectors = at.map((a) => at.map((b) => npmi(joint, a, b)));
    const whole = at.map((_, column) => vectors.reduce((sum, vector) => sum + (vector[column] as number), 0));
    const pairs = vectors.flatMap((vector, i) => vector.slice(0, i));
    return { npmi: mean(pairs), cv: mean(vectors.map((vector) => cosine(vector, whole))) };
  });
  return { npmi: scored.map((score) => score.npmi), cv: scored.map((score) => score.cv) };
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, at) => sum + value * (y[at] as number), 0);
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

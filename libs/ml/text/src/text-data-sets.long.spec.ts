import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { seededRandom } from '@kohort/kernel-clock-random';
import { crossValidateTexts, macroF1 } from './classifier/cross-validate-texts';
import { classifyTexts, fitTextClassifier } from './classifier/text-classifier';
import { findEntities } from './entities/find-entities';
import { findTopics } from './topics/find-topics';
import { sentimentOf } from './sentiment/sentiment';
import { englishTerms } from './terms/english-terms';

const root = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../shared/data');
const withData = (name: string): typeof describe => (existsSync(join(root, name)) ? describe : describe.skip);

const table = (path: string): Record<string, string>[] =>
  z
    .array(z.record(z.string(), z.string()))
    .parse(parse(gunzipSync(readFileSync(join(root, path))), { columns: true, relax_quotes: false }));

const reference = (name: string): Record<string, Record<string, unknown>> =>
  z.record(z.string(), z.any()).parse(JSON.parse(readFileSync(join(root, name, 'reference.json'), 'utf8')));

/** The figures stand in the README: whoever changes something here sees what it did to them. */
const say = (...parts: readonly unknown[]): void => {
  process.stderr.write(`${parts.map((part) => JSON.stringify(part)).join(' ')}\n`);
};

withData('clothing-reviews')('clothing-reviews', () => {
  const rows = table('clothing-reviews/reviews.csv.gz');
  const texts = rows.map((row) => `${row['Title']} ${row['Review Text']}`.trim());

  it('recommendation from the text is told as scikit-learn tells it', async () => {
    const labels = rows.map((row) => row['Recommended IND'] ?? '');
    const found = await crossValidateTexts({ texts, labels }, {}, { random: seededRandom(0) });
    say('clothing-reviews', found.accuracy, found.macroF1, found.auc);
    const wanted = z
      .object({ accuracy: z.number(), macro_f1: z.number(), auc: z.number() })
      .parse(reference('clothing-reviews')['recommend_from_text']);
    // Other folds move the figures by about 0.002.
    expect(found.accuracy).toBeGreaterThan(wanted.accuracy - 0.003);
    expect(found.macroF1).toBeGreaterThan(wanted.macro_f1 - 0.006);
    expect(found.auc).toBeGreaterThan(wanted.auc - 0.003);
  });

  it('the lexicon rises with the stars', () => {
    const sums = new Map<string, number[]>();
    rows.slice(0, 6_000).forEach((row, at) => {
      const stars = row['Rating'] ?? '';
      sums.set(stars, [...(sums.get(stars) ?? []), sentimentOf(texts[at] ?? '').score]);
    });
    const means = ['1', '2', '3', '4', '5'].map((stars) => {
      const scores = sums.get(stars) ?? [];
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    });
    say('mean score by stars', means);
    expect([...means].sort((a, b) => a - b)).toEqual(means);
  });

  it.each(['lda', 'nmf'] as const)('topics by %s are coherent', async (method) => {
    const documents = texts.slice(0, 8_000).map(englishTerms);
    const found = await findTopics(documents, { topics: 8, method, terms: 10 }, { random: seededRandom(1) });
    const cv = found.topics.reduce((sum, topic) => sum + topic.cv, 0) / found.topics.length;
    say(
      method,
      cv,
      found.topics.map(({ terms, cv: own }) => `${own.toFixed(2)} ${terms.slice(0, 6).join(' ')}`),
    );
    expect(cv).toBeGreaterThan(0.35);
  });
});

withData('banking77')('banking77', () => {
  it('intents of unseen questions are told as scikit-learn tells them', async () => {
    const rows = table('banking77/queries.csv.gz');
    const part = (split: string) => rows.filter((row) => row['split'] === split);
    const texts = (split: string): string[] => part(split).map((row) => row['text'] ?? '');
    const labels = (split: string): string[] => part(split).map((row) => row['category'] ?? '');
    const fitted = await fitTextClassifier(
      { texts: texts('train'), labels: labels('train') },
      { c: 10, leastDocuments: 2 },
    );
    const predicted = classifyTexts(fitted, texts('test'));
    const right = predicted.filter((label, at) => label === labels('test')[at]).length / predicted.length;
    const f1 = macroF1(labels('test'), predicted);
    say('banking77', right, f1, fitted.model.iterations, fitted.model.converged);
    const wanted = z
      .object({ test_accuracy: z.number(), test_macro_f1: z.number() })
      .parse(reference('banking77')['tfidf_word_1_2_grams']?.['logistic_regression_C10']);
    expect(right).toBeGreaterThan(wanted.test_accuracy - 0.003);
    expect(f1).toBeGreaterThan(wanted.test_macro_f1 - 0.003);
  });
});

withData('wnut17-ner')('wnut17-ner', () => {
  it('names are found better than by a dictionary', () => {
    const sentences = new Map<string, { tokens: string[]; tags: string[] }>();
    for (const { split, sentence_id: id = '', token = '', tag = '' } of table('wnut17-ner/tokens.csv.gz')) {
      if (split !== 'test') continue;
      const sentence = sentences.get(id) ?? { tokens: [], tags: [] };
      sentence.tokens.push(token);
      sentence.tags.push(tag);
      sentences.set(id, sentence);
    }
    const same = { person: 'person', place: 'location', organisation: 'corporation' } as const;
    const counts = new Map<string, { right: number; found: number; wanted: number }>();
    const of = (kind: string) => {
      const held = counts.get(kind) ?? { right: 0, found: 0, wanted: 0 };
      counts.set(kind, held);
      return held;
    };
    const surface = { right: 0, found: 0, wanted: 0 };
    for (const { tokens, tags } of sentences.values()) {
      const text = tokens.join(' ');
      const starts = tokens.map((_, at) => tokens.slice(0, at).reduce((sum, token) => sum + token.length + 1, 0));
      const wanted = new Set<string>();
      const spans = new Set<string>();
      tags.forEach((tag, at) => {
        if (!tag.startsWith('B-')) return;
        let last = at;
        while (tags[last + 1] === `I-${tag.slice(2)}`) last += 1;
        const span = `${starts[at]}-${(starts[last] ?? 0) + (tokens[last]?.length ?? 0)}`;
        wanted.add(`${tag.slice(2)} ${span}`);
        spans.add(span);
        of(tag.slice(2)).wanted += 1;
        surface.wanted += 1;
      });
      for (const { kind, start, end } of findEntities(text)) {
        if (kind !== 'person' && kind !== 'place' && kind !== 'organisation') continue;
        of(same[kind]).found += 1;
        surface.found += 1;
        if (wanted.has(`${same[kind]} ${start}-${end}`)) of(same[kind]).right += 1;
        if (spans.has(`${start}-${end}`)) surface.right += 1;
      }
    }
    const f1 = ({ right, found, wanted }: { right: number; found: number; wanted: number }): number =>
      (2 * right) / (found + wanted);
    const all = [...counts.values()].reduce((a, b) => ({
      right: a.right + b.right,
      found: a.found + b.found,
      wanted: a.wanted + b.wanted,
    }));
    say('wnut17', f1(all), all, 'spans alone', f1(surface), surface);
    for (const [kind, held] of counts) say(kind, f1(held), held);
    const wanted = z.object({ f1: z.number() }).parse(reference('wnut17-ner')['gazetteer_from_train_on_test']);
    expect(f1(all)).toBeGreaterThan(wanted.f1);
    expect(f1(of('person'))).toBeGreaterThan(0.2);
  });
});

import type { JsonObject } from '@kohort/kernel-contracts';
import { computeFeatures } from '../compute-features';
import { eventsRead, partsOf } from '../events-read';
import { featureChangeStatement } from '../feature-change-statement';
import { featureFormulaSchema } from '../feature-definition.schema';
import { featurePopulation, featureStatement, isTextFeature } from '../feature-statement';
import { formulaIssue } from '../formula-issue';
import { SEGMENT_ORDERS } from '../order-mapping';
import type { HistoryEvent } from '../read-orders';
import { readTexts, type TextReader } from './read-texts';
import { textEventsStatement } from './text-events-statement';
import { isTextsFeature, type TextsDefinition, type TextsFormula } from './texts-formula';

const DAY = 86_400_000;
const asOf = 100 * DAY;
const review = { event: 'Review', of: 'said.body' };

/** Reads loudness: texts with one of the words, or all, and how many of them shout. */
const seen: (readonly string[])[] = [];
const loud: TextReader = (texts, words) => {
  seen.push(texts);
  const found = words === null ? texts : texts.filter((text) => words.some((word) => text.includes(word)));
  const score = found.filter((text) => text.endsWith('!')).length / Math.max(1, found.length);
  return { texts: found.length, score, sentiment: score > 0 ? 'positive' : 'neutral' };
};
const definition = (formula: TextsFormula): TextsDefinition => ({ key: 'k', label: 'K', unit: 'units', formula });
const event = (day: number, body: JsonObject[string], name = 'Review'): HistoryEvent => ({
  ...{ eventId: `e${day}`, name, ts: day * DAY },
  properties: { said: { body } },
});
const values = (formulas: readonly TextsFormula[], history: readonly HistoryEvent[]) =>
  readTexts(formulas.map(definition), history, { asOf, timeZone: 'UTC', read: loud });

describe('features that are read out of texts', () => {
  const history = [event(90, 'late!'), event(10, 'late'), event(50, 'fine'), event(95, 'late!', 'Chat'), event(96, '')];
  const formulas: TextsFormula[] = [
    { texts: 'mentions', words: ['late'], ...review },
    { texts: 'score', words: ['late'], ...review },
    { texts: 'sentiment', words: ['late'], ...review },
    { texts: 'score', ...review },
    { texts: 'mentions', ...review, window: { last: { n: 20, unit: 'day' } } },
    { texts: 'mentions', words: ['box'], ...review },
    { texts: 'sentiment', words: ['box'], ...review },
  ];

  it('are of the texts that are asked for, whatever the order of events, and of nothing later', () => {
    const expected = [2, 0.5, 'positive', 0.3333, 1, 0, null];
    expect(values(formulas, history)).toEqual(expected);
    expect(values(formulas, [...history, event(101, 'late!')].reverse())).toEqual(expected);
    expect(values(formulas, [event(5, 7), event(6, null)].slice(1))).toEqual(formulas.map(() => null));
  });

  it('share their reading, of the latest fifty texts', () => {
    seen.length = 0;
    const many = Array.from({ length: 60 }, (_, i) => event(i, `text ${i} ${'x'.repeat(6_000)}`));
    values(formulas.slice(0, 3), many);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toHaveLength(50);
    expect(seen[0]?.[0]?.startsWith('text 10 ')).toBe(true);
    expect(seen[0]?.every((text) => text.length === 5_000)).toBe(true);
  });

  it('read the events that they name, and are no column of a statement', () => {
    const [mentions, , sentiment] = formulas.map(definition);
    if (!mentions || !sentiment) throw new Error('there are some');
    expect(partsOf(mentions.formula).map((part) => eventsRead(part, SEGMENT_ORDERS))).toEqual([
      { names: ['Review'], properties: ['said.body'] },
    ]);
    expect(featurePopulation([mentions])).toBe('everyone');
    expect([isTextFeature(mentions), isTextFeature(sentiment)]).toEqual([false, true]);
    const plain = { key: 'n', label: 'N', unit: 'u', formula: { measure: 'orders' as const } };
    expect([isTextsFeature(mentions), isTextsFeature(plain)]).toEqual([true, false]);
    expect(computeFeatures([mentions, plain], history, { asOf, timeZone: 'UTC' })).toEqual([null, 0]);
    const request = { workspaceId: '00000000-0000-4000-8000-000000000001' as never, asOf, timeZone: 'UTC' };
    expect(() => featureStatement({ ...request, definitions: [mentions] })).toThrow('read out of texts');
    expect(featureChangeStatement({ ...request, before: plain, after: mentions }).sql).toContain('isNotNull(f0)');
    const { sql, params } = textEventsStatement({ ...request, definitions: [mentions] }, { slices: 3, slice: 1 });
    expect(sql).not.toContain('Review');
    expect(Object.values(params)).toEqual(expect.arrayContaining([['Review'], 3, 1]));
  });

  it('are checked as data', () => {
    for (const formula of formulas) expect(featureFormulaSchema.parse(formula)).toEqual(formula);
    expect(formulaIssue({ texts: 'mood', of: 'body' })).toMatchObject({ path: ['texts'] });
    expect(formulaIssue({ texts: 'score' })).toMatchObject({ path: ['of'] });
    expect(formulaIssue({ texts: 'score', of: 'body', words: [] })).toMatchObject({ path: ['words'] });
    expect(formulaIssue({ texts: 'score', of: 'body', each: 'items' })).toMatchObject({ path: ['each'] });
  });
});

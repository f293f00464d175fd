import { eventSamples } from '../events/event-samples';
import type { HistoryEvent } from '../read-orders';
import { latestText, type TextsDefinition, type TextsFormula } from './texts-formula';

/** What texts say of some words, or as wholes. */
export interface TextSummary {
  /** Texts that speak of them. */
  readonly texts: number;
  /** Mean sentiment, −1 to 1. */
  readonly score: number;
  readonly sentiment: string | null;
}

/** Reads texts: the texts of one person, and the words that they are asked for; null: as wholes. */
export type TextReader = (texts: readonly string[], words: readonly string[] | null) => TextSummary;

/** Of one person so many texts are read, the latest, and of each so many characters: others wait for their turn. */
const MOST_TEXTS = 50;
const MOST_CHARS = 5_000;
const DECIMALS = 10_000;

function valueOf(formula: TextsFormula, { texts, score, sentiment }: TextSummary): number | string | null {
  if (formula.texts === 'mentions') return texts;
  if (texts === 0) return null;
  return formula.texts === 'sentiment' ? sentiment : Math.round(score * DECIMALS) / DECIMALS;
}

/**
 * One person's features that are read out of texts, at an instant. A function of the set of events: their order never
 * matters, and nothing after `asOf` does. Of more than 50 texts the latest count, of each the first 5,000
 * characters.
 *
 * Shape   one value a definition, in their order; null where it is missing
 * Units   score −1 to 1, four decimals
 * Cost    about 1 ms a sentence; features over the same events and words share their reading
 */
export function readTexts(
  definitions: readonly TextsDefinition[],
  history: readonly HistoryEvent[],
  at: { readonly asOf: number; readonly timeZone: string; readonly read: TextReader },
): readonly (number | string | null)[] {
  const known = new Map<string, TextSummary | null>();
  return definitions.map(({ formula }) => {
    const { of, event, where, window, words = null } = formula;
    const key = JSON.stringify([of, event, where, window, words]);
    let summary = known.get(key);
    if (summary === undefined) {
      const texts = eventSamples(latestText(formula), history, at).flatMap(({ key: text }) => text ?? []);
      summary =
        texts.length === 0
          ? null
          : at.read(
              texts.slice(-MOST_TEXTS).map((text) => text.slice(0, MOST_CHARS)),
              words,
            );
      known.set(key, summary);
    }
    return summary === null ? null : valueOf(formula, summary);
  });
}

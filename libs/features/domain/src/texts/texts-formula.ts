import type { EventFormula, EventSelection } from '../events/event-formula';
import type { FeatureDefinition, FeatureFormula } from '../feature-definition';

export const TEXT_MEASURES = ['mentions', 'score', 'sentiment'] as const;
export type TextMeasure = (typeof TEXT_MEASURES)[number];

/**
 * What a person's English texts say: how many speak of some words, and how. Missing for people without a text; score and
 * sentiment for those too whose texts do not speak of the words.
 */
export interface TextsFormula extends Omit<EventSelection, 'each'> {
  /** `mentions`: how many texts; `score`: their mean sentiment, −1 to 1; `sentiment`: positive, neutral or negative. */
  readonly texts: TextMeasure;
  /** The property that holds the text. */
  readonly of: string;
  /** Words and phrases, any form of a word; the sentences that speak of them count. Absent: whole texts. */
  readonly words?: readonly string[] | undefined;
}

/** A feature that is read out of texts: no statement of the column store computes it. */
export type TextsDefinition = FeatureDefinition & { readonly formula: TextsFormula };

export const isTextsFormula = (formula: FeatureFormula): formula is TextsFormula => 'texts' in formula;

export const isTextsFeature = (definition: FeatureDefinition): definition is TextsDefinition =>
  isTextsFormula(definition.formula);

/** The events whose text is read, as the figure of the latest text: what a statement can say of it. */
export const latestText = ({ of, event, where, window }: TextsFormula): EventFormula => ({
  ...{ aggregate: 'last', as: 'text', of },
  ...{ event, where, window },
});

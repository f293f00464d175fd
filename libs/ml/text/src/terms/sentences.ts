import { english } from './english';

/**
 * The sentences of an English text, as they stand in it; abbreviations and decimal points end none.
 *
 * Source  wink-nlp 2.4 with wink-eng-lite-web-model 1.8
 */
export function sentencesOf(text: string): readonly string[] {
  return english().readDoc(text).sentences().out();
}

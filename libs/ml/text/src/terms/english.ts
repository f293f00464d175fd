import winkNLP, { type WinkMethods } from 'wink-nlp';
import model from 'wink-eng-lite-web-model';

let engine: WinkMethods | undefined;

/** The English model of wink-nlp, loaded once (0.3 s, 4 MB) when it is first asked for. */
export function english(): WinkMethods {
  engine ??= winkNLP(model);
  return engine;
}

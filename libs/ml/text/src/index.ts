export { classTfidf, keywordsOfRows } from './terms/keywords';
export type { Keyword } from './terms/keywords';
export { englishTerms } from './terms/english-terms';
export { inverseDocumentWeights, tfidf } from './terms/tfidf';
export type { TfidfOptions } from './terms/tfidf';
export { countTerms, fitVocabulary } from './terms/vocabulary';
export type { CountedTerms, Vocabulary } from './terms/vocabulary';
export { vocabularyDefaults, vocabularyLimits } from './terms/vocabulary.params';
export type { VocabularyParams } from './terms/vocabulary.params';
export { wordsOf } from './terms/words';
export { textErrors } from './text-errors';
export { umassCoherence, windowCoherence } from './topics/coherence';
export type { WindowCoherence } from './topics/coherence';
export { lda, topicShares } from './topics/lda';
export type { TermCounts } from './topics/lda';
export { ldaDefaults, ldaLimits } from './topics/lda.params';
export type { LdaParams } from './topics/lda.params';
export { ldaFromJson, ldaToJson } from './topics/lda.state';
export type { FittedLda } from './topics/lda.state';
export { topColumns } from './topics/top-terms';
export {
  classifyTexts,
  fitTextClassifier,
  textClassifierDefaults,
  textClassifierFromJson,
  textClassifierToJson,
  textClassShares,
} from './classifier/text-classifier';
export type { FittedTextClassifier, LabelledTexts, TextClassifierParams } from './classifier/text-classifier';
export { findEnglishNames } from './entities/english-names';
export { ENTITY_KINDS } from './entities/entity';
export type { Entity, EntityKind } from './entities/entity';
export { findEntities } from './entities/find-entities';
export type { EntityOptions } from './entities/find-entities';
export { findKnownNames, gazetteerOf } from './entities/gazetteer';
export type { Gazetteer, KnownName } from './entities/gazetteer';
export { MASKED_KINDS, maskPersonalData } from './masking/mask-personal-data';
export type { MaskedKind, MaskedText, MaskOptions } from './masking/mask-personal-data';
export { sentimentLabel, sentimentOf } from './sentiment/sentiment';
export type { Sentiment, SentimentLabel } from './sentiment/sentiment';
export type { Embedder } from './embedding/embedder.port';
export {
  fitHashedEmbedder,
  hashedDefaults,
  hashedEmbedder,
  hashedFromJson,
  hashedLimits,
  hashedToJson,
} from './embedding/hashed-embedder';
export type { FittedHashed, HashedParams } from './embedding/hashed-embedder';
export { mentionSentence, mentionTraits, summariseMentions } from './mentions/summarise-mentions';
export type { Mention, MentionTraits, Subject } from './mentions/summarise-mentions';
export { sentencesOf } from './terms/sentences';
export { crossValidateTexts, macroF1 } from './classifier/cross-validate-texts';
export type { TextValidation } from './classifier/cross-validate-texts';
export { findTopics } from './topics/find-topics';
export type { FoundTopics, Topic, TopicOptions } from './topics/find-topics';

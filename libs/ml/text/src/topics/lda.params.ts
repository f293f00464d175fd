import type { ParamLimits } from '@kohort/ml-core';

/** How topics are found. */
export interface LdaParams {
  readonly topics: number;
  /** `batch` looks at all texts before it moves the topics; `online` moves them after every `batchRows` texts. */
  readonly method: 'batch' | 'online';
  /** Passes over all texts. */
  readonly passes: number;
  /** Weight of each topic in each text, and of each term in each topic, before anything is seen; 0 takes 1 / topics. */
  readonly topicPrior: number;
  readonly termPrior: number;
  readonly batchRows: number;
  /** An online step t moves the topics by (offset + t)^−decay of the way. */
  readonly decay: number;
  readonly offset: number;
  /** Rounds over one text, which end when its topics move less than this on average. */
  readonly mostRounds: number;
  readonly tolerance: number;
}

export const ldaDefaults: LdaParams = {
  topics: 10,
  method: 'batch',
  passes: 10,
  topicPrior: 0,
  termPrior: 0,
  batchRows: 128,
  decay: 0.7,
  offset: 10,
  mostRounds: 100,
  tolerance: 1e-3,
};

const whole = { kind: 'number', integer: true } as const;
const real = { kind: 'number', integer: false } as const;

export const ldaLimits: ParamLimits<LdaParams> = {
  topics: { ...whole, min: 1, max: 1024, unit: 'topics', help: 'number of topics' },
  method: { kind: 'choice', allowed: ['batch', 'online'], help: 'when the topics move' },
  passes: { ...whole, min: 1, max: 10_000, unit: 'passes', help: 'passes over all texts' },
  topicPrior: {
    ...real,
    min: 0,
    max: 1e6,
    unit: 'texts',
    help: 'weight of a topic before a text is read; 0: 1/topics',
  },
  termPrior: { ...real, min: 0, max: 1e6, unit: 'terms', help: 'weight of a term before it is read; 0: 1/topics' },
  batchRows: { ...whole, min: 1, max: 1e9, unit: 'texts', help: 'texts of an online step' },
  decay: { ...real, min: 0.5, max: 1, unit: 'power', help: 'how fast online steps become smaller' },
  offset: { ...real, min: 1, max: 1e9, unit: 'steps', help: 'how much the first online steps are held back' },
  mostRounds: { ...whole, min: 1, max: 100_000, unit: 'rounds', help: 'most rounds over one text' },
  tolerance: { ...real, min: 0, max: 1e6, unit: 'terms', help: 'mean move of the topics of a text at which it ends' },
};

import type { ParamLimits } from '@kohort/ml-core';

/** How to bring several clusterings together. */
export interface ConsensusParams {
  /** Number of clusters; 0: where the next merge would cost most more than the last one (voting: that of the reference). */
  readonly k: number;
  /** Up to so many different rows of labels are joined by co-association; beyond, clusterings vote. */
  readonly mostPatterns: number;
}

export const consensusDefaults: ConsensusParams = { k: 0, mostPatterns: 5_000 };

/** The limits of the parameters. */
export const consensusLimits: ParamLimits<ConsensusParams> = {
  k: { kind: 'number', min: 0, max: 4096, integer: true, unit: 'clusters', help: 'number of clusters; 0 to choose' },
  mostPatterns: {
    kind: 'number',
    min: 0,
    max: 10_000,
    integer: true,
    unit: 'rows of labels that differ',
    help: 'beyond it clusterings vote',
  },
};

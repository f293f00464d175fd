import type { FieldType, LinkageQuality, LinkParams, PassReport } from '@kohort/identity-linkage';

/** What `kohort link` asks of its thread. */
export interface LinkageRequest {
  /** One file, or two. */
  readonly files: readonly string[];
  /** Column that names the record; line numbers where absent. */
  readonly id: string | undefined;
  /** Columns, each with its type after a colon or without; all but the id where absent. */
  readonly fields: readonly string[] | undefined;
  readonly truth: string | undefined;
  readonly phoneCountry: string | undefined;
  readonly dateOrder: 'day-first' | 'month-first';
  readonly params: LinkParams;
  readonly out: string | undefined;
  readonly writesPairs: boolean;
  readonly clustersOut: string | undefined;
  /** Two record names whose weight is told field by field. */
  readonly explain: readonly [string, string] | undefined;
  readonly threads: number;
  readonly threadsDir: string;
}

/** Shares of one level of one field and the bits they are worth. */
export interface LevelWeight {
  readonly level: string;
  readonly m: number;
  readonly u: number;
  readonly bits: number;
  /** Where the field on which this one depends agrees; null without one. */
  readonly givenBits: number | null;
}

/** One field's weights. */
export interface FieldWeights {
  readonly column: string;
  readonly type: FieldType;
  /** Field whose exact agreement makes this one's agreement hardly news. */
  readonly dependsOn: string | null;
  readonly missing: number;
  readonly distinct: number;
  readonly levels: readonly LevelWeight[];
}

/** One step of a pair's explanation. */
export interface ExplainedField {
  readonly column: string;
  readonly level: string;
  readonly first: string;
  readonly second: string;
  readonly bits: number;
  readonly rarityBits: number;
  /** Running sum, prior included. */
  readonly sumBits: number;
}

/** What the thread answers; pairs and clusters are in the files. */
export interface LinkageReport {
  readonly rows: number;
  readonly columns: number;
  readonly fields: readonly FieldWeights[];
  readonly blocking: readonly {
    readonly rule: string;
    readonly pairs: number;
    readonly largestBlock: number;
    readonly skippedBlocks: number;
    readonly skippedPairs: number;
  }[];
  readonly expectedCoverage: number | null;
  readonly learning: readonly PassReport[];
  readonly lambda: number;
  readonly hasNeighbours: boolean;
  readonly candidates: number;
  /** Pairs compared for learning and for weighing, and in how long; threads are started in that time too. */
  readonly compared: { readonly pairs: number; readonly ms: number };
  readonly reductionRatio: number;
  readonly matches: number;
  readonly reviews: number;
  readonly clusters: number;
  readonly chainsCut: number;
  readonly isOneToOne: boolean;
  readonly quality: LinkageQuality | null;
  readonly explanation: {
    readonly fields: readonly ExplainedField[];
    readonly priorBits: number;
    readonly weightBits: number;
    readonly probability: number;
    readonly neighbourBits: number | null;
  } | null;
  readonly warnings: readonly string[];
}

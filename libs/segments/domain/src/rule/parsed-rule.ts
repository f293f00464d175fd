import type { Json } from '@kohort/kernel-contracts';
import type { Duration } from '../time/duration';
import type { NumberTest, Operand, Scalar } from './operand';
import type { Operator } from './operators';
import type { PathStep } from './property-path';
import type { SqlExpression } from './sql-predicate';

/** A property path with its text. */
export interface ParsedPath {
  readonly text: string;
  readonly steps: readonly PathStep[];
}

/** The right side that is another value of the record: another trait, or property `path` of the sequence step `step`. */
export interface ParsedRef extends ParsedPath {
  readonly step: string | null;
}

/** One comparison of a value found by path. */
export interface ParsedCondition {
  readonly path: ParsedPath;
  readonly op: Operator;
  readonly operand: Operand | null;
  readonly ref: ParsedRef | null;
  /** `value` (or `{ ref }`) as the rule wrote it, for proofs. */
  readonly written: Json;
}

/** A comparison of a trait: now, as of an instant, or at any time so far. */
export interface ParsedTrait extends ParsedCondition {
  readonly asOf: number | null;
  readonly ever: boolean;
}

/** Which events: of these names (null for any), with all these properties. Equal selections have equal keys. */
export interface ParsedSelection {
  readonly key: string;
  readonly names: readonly string[] | null;
  readonly where: readonly ParsedCondition[];
}

export type ParsedWindow =
  | { readonly kind: 'all' }
  | { readonly kind: 'last'; readonly duration: Duration }
  | { readonly kind: 'between'; readonly from: Duration; readonly to: Duration }
  | { readonly kind: 'since'; readonly at: number }
  | { readonly kind: 'before'; readonly at: number }
  | { readonly kind: 'absolute'; readonly from: number; readonly to: number }
  | { readonly kind: 'session'; readonly gapMs: number }
  | { readonly kind: 'withinFirst'; readonly duration: Duration };

export type AggregateFunction =
  'sum' | 'avg' | 'min' | 'max' | 'distinct' | 'distinctDays' | 'first' | 'last' | 'percentile' | 'slope';

/** A number, or the first or last value, over events. */
export interface ParsedMeasure {
  readonly event: ParsedSelection;
  readonly fn: AggregateFunction;
  readonly property: ParsedPath | null;
  /** Percentage of `percentile`. */
  readonly p: number;
  readonly window: ParsedWindow;
}

/** A comparison of a measure. */
export interface ParsedAggregate extends ParsedMeasure {
  /** A text or true/false is compared by `eq` and `neq` with what `first` and `last` found. */
  readonly test: NumberTest | { readonly op: 'eq' | 'neq'; readonly value: Scalar };
}

/** One step of a sequence; its gap bounds count from the step before it. */
export interface ParsedStep {
  readonly as: string;
  readonly event: ParsedSelection;
  readonly minGapMs: number;
  readonly maxGapMs: number;
}

export interface ParsedWithout {
  readonly event: ParsedSelection;
  /** Index of the step it comes after. */
  readonly after: number;
  /** Index of the step it comes before, or null when `withinMs` bounds it. */
  readonly before: number | null;
  readonly withinMs: number;
}

/** An ordered pattern of events. */
export interface ParsedSequence {
  readonly steps: readonly ParsedStep[];
  readonly without: readonly ParsedWithout[];
  readonly keyBy: ParsedPath | null;
  readonly strict: boolean;
  readonly window: ParsedWindow;
}

/** What a rule judges: people, or accounts. */
export type Entity = 'profile' | 'account';

/** For how many of those that a relation leads to it has to hold. Over none, `all` and `none` are true. */
export type Quantifier = 'any' | 'all' | 'none' | 'count';

interface ParsedBase {
  /** The node's own id, else its path, such as `where.all.1`. */
  readonly id: string;
  readonly label: string | null;
}

export type ParsedNode = ParsedBase &
  (
    | { readonly kind: 'all' | 'any' | 'none'; readonly children: readonly ParsedNode[] }
    | { readonly kind: 'atLeast'; readonly n: number; readonly children: readonly ParsedNode[] }
    | { readonly kind: 'trait'; readonly trait: ParsedTrait }
    | {
        readonly kind: 'event';
        readonly event: ParsedSelection;
        readonly count: NumberTest;
        readonly window: ParsedWindow;
      }
    | { readonly kind: 'aggregate'; readonly aggregate: ParsedAggregate }
    | { readonly kind: 'sequence'; readonly sequence: ParsedSequence }
    | {
        readonly kind: 'frequency';
        readonly a: ParsedSelection;
        readonly b: ParsedSelection;
        readonly ratio: NumberTest;
        readonly window: ParsedWindow;
      }
    | {
        readonly kind: 'lifecycle';
        readonly state: 'new' | 'regular' | 'stopped' | 'resurrected';
        readonly event: ParsedSelection;
        readonly period: Duration;
      }
    | { readonly kind: 'segment'; readonly key: string; readonly is: boolean }
    | {
        readonly kind: 'prediction';
        readonly model: string;
        readonly measure: 'probability' | 'percentile';
        readonly test: NumberTest;
      }
    | {
        readonly kind: 'cluster';
        readonly model: string;
        readonly in: readonly string[];
        readonly minConfidence: number | null;
      }
    | { readonly kind: 'bucket'; readonly salt: string; readonly from: number; readonly to: number }
    | { readonly kind: 'consent'; readonly purpose: string }
    /** `trait` is the comparison of the text trait's topics or sentiment that the node stands for. */
    | { readonly kind: 'text'; readonly trait: ParsedTrait }
    /** The first by a measure among everybody who has one: `n` of them, or `percent` of them. */
    | {
        readonly kind: 'top';
        readonly by: ParsedMeasure;
        readonly n: number | null;
        readonly percent: number | null;
        readonly exact: boolean;
      }
    /** Answered by the column store alone. */
    | { readonly kind: 'sql'; readonly predicate: SqlExpression; readonly text: string }
    /** Of the accounts of a person, or of the people of an account: for how many of them `where` holds. */
    | {
        readonly kind: 'relation' | 'group';
        readonly to: Entity;
        readonly quantifier: Quantifier;
        /** For `count` alone. */
        readonly count: NumberTest;
        readonly where: ParsedNode;
      }
  );

/** A rule whose shape and types have been checked. */
export interface ParsedRule {
  readonly entity: Entity;
  /** IANA zone for calendar windows, days and bare dates; null leaves it to the workspace. */
  readonly timezone: string | null;
  readonly root: ParsedNode;
  /** SHA-256 of the rule's stable JSON. */
  readonly hash: string;
}

import type { NormalisedMessage } from '@kohort/kernel-contracts';
import type { ReadRow } from '../reading/source-row';

/** A row that became no part of a message. No content: place, reason, column. */
export interface RefusedRow {
  readonly row: number;
  readonly line: number;
  readonly verdict: 'rejected' | 'quarantined' | 'suppressed';
  readonly code: string;
  readonly column: string;
  readonly message: string;
}

/**
 * The rows that stand or fall together: one message (a row, or a group of rows) and the refused rows that lie between
 * its rows. Units follow each other without a gap, so that an import can stop and go on between any two.
 */
export interface ImportUnit {
  readonly firstRow: number;
  readonly rows: number;
  readonly message: NormalisedMessage | null;
  readonly refused: readonly RefusedRow[];
  /** Lines of the rows that are in the message, in their order. */
  readonly lines: readonly number[];
}

/** Turns rows into units. One of these per pass over a file; rows come in file order, `number` from 1. */
export interface UnitMaker {
  push(row: ReadRow, number: number): readonly ImportUnit[];
  end(): readonly ImportUnit[];
}

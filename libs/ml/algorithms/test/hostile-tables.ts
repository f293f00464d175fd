import type { Matrix } from '@kohort/ml-core';

const filled = (rows: number, cols: number, value: (i: number, j: number) => number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, (_, at) => value(Math.floor(at / cols), at % cols)),
  rows,
  cols,
});

/** Tables that break programs; nothing below 0, and squares of columns, so that counts may be asked as well. */
export const HOSTILE_TABLES: readonly (readonly [string, () => Matrix])[] = [
  ['a missing value', () => filled(40, 4, (i, j) => (i === 7 && j === 2 ? NaN : (i * 7 + j * 3) % 11))],
  ['an infinite value', () => filled(40, 4, (i, j) => (i === 7 && j === 2 ? Infinity : (i * 7 + j * 3) % 11))],
  ['constant columns beside one that varies', () => filled(40, 4, (i, j) => (j === 0 ? (i % 4) * 10 + (i % 3) : 5))],
  ['duplicates of one row only', () => filled(40, 4, (_, j) => j + 1)],
  ['one column', () => filled(40, 1, (i) => (i % 4) * 10 + (i % 3))],
  ['fewer rows than clusters', () => filled(3, 4, (i, j) => i * 5 + j)],
  ['one row', () => filled(1, 4, (_, j) => j)],
  ['no row', () => filled(0, 4, () => 0)],
  ['huge values', () => filled(40, 4, (i, j) => ((i % 4) + j) * 1e30 + i)],
];

/** 10,000 columns: minutes for all algorithms together, so for the long run. */
export const WIDE_TABLE = (): Matrix => filled(12, 10_000, (i, j) => ((i % 4) * 9 + ((i * j) % 5)) % 23);

/**
 * The columns that weigh most in each topic.
 *
 * Shape   table: weights by `place(topic, column)`; answers `most` columns a topic, the heaviest first
 * Ties    the first column
 */
export function topColumns(
  { topics, cols, weightOf }: { topics: number; cols: number; weightOf: (topic: number, column: number) => number },
  most: number,
): number[][] {
  return Array.from({ length: topics }, (_, topic) =>
    Array.from({ length: cols }, (_column, column) => column)
      .sort((a, b) => weightOf(topic, b) - weightOf(topic, a) || a - b)
      .slice(0, most),
  );
}

/** One side of a search: tuples with the group in which they are sought, their time, and what breaks ties of time. */
export interface NearestSide {
  readonly list: string;
  /** Over the lambda's variable `e`. */
  readonly group: string;
  readonly time: string;
  readonly tie: readonly [string, string];
}

/**
 * Points and questions in one sorted list of tuples (group, time, tie, tie, is a point, the tuple itself): a question's
 * nearest point before it, or after it, is then found by `arrayFill`.
 *
 * Cost    O(n log n)
 */
export function mergeSql(points: NearestSide, questions: NearestSide): string {
  const side = ({ list, group, time, tie }: NearestSide, isPoint: 0 | 1): string => {
    const ties = tie.map((part) => `toUInt32(${part})`).join(', ');
    return `arrayMap(e -> (${group}, ${time}, ${ties}, ${isPoint}, e), ${list})`;
  };
  return `arraySort(m -> (m.1, m.2, m.3, m.4), arrayConcat(${side(points, 1)}, ${side(questions, 0)}))`;
}

/** The questions for which a condition holds over themselves (`m`) and, where there is one, their nearest point (`f`). */
export function nearestSql(merged: string, which: 'before' | 'after', condition: (isFound: string) => string): string {
  const filled = `${which === 'before' ? 'arrayFill' : 'arrayReverseFill'}(m -> m.5 = 1, ${merged})`;
  const holds = condition('f.5 = 1 AND f.1 = m.1');
  return `arrayMap(m -> m.6, arrayFilter((m, f) -> m.5 = 0 AND ${holds}, ${merged}, ${filled}))`;
}

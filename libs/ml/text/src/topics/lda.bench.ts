import { seededRandom } from '@kohort/kernel-clock-random';
import type { SparseMatrix } from '@kohort/ml-core';
import { descendTopics, topicShares } from './lda';
import { ldaDefaults } from './lda.params';

/** The case of `npm run bench -- text`: texts of about 60 words over 3,000 terms. */
export const ldaBenchCase = { rows: 5_000, cols: 3_000, words: 60, topics: 10, passes: 10, goalRatio: 0.4 };

/** Texts of one or two topics each, and the topics that both sides begin from (terms × topics). */
export function ldaBenchInput({ rows, cols, words, topics }: typeof ldaBenchCase) {
  const random = seededRandom(12);
  // Few terms are frequent and most are rare, in every topic others.
  const favourite = Array.from({ length: topics }, () => Array.from({ length: 300 }, () => random.int(cols)));
  const starts = new Uint32Array(rows + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const own = [random.int(topics), random.int(topics)];
    const counts = new Map<number, number>();
    for (let word = 0; word < words; word += 1) {
      const list = favourite[own[random.int(2)] as number] ?? [];
      const column = random.next() < 0.8 ? (list[Math.floor(300 * random.next() ** 2)] ?? 0) : random.int(cols);
      counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    for (const [column, count] of [...counts].sort((a, b) => a[0] - b[0])) {
      columns.push(column);
      values.push(count);
    }
    starts[row + 1] = columns.length;
  }
  const counts: SparseMatrix = {
    rows,
    cols,
    starts,
    columns: Uint32Array.from(columns),
    values: Float64Array.from(values),
  };
  const start = Float64Array.from({ length: cols * topics }, () => Math.max(0.1, 1 + 0.1 * random.normal()));
  return { counts, start };
}

/** Mean logarithm of what the topics make of the words: higher explains more. */
function explained(counts: SparseMatrix, components: Float64Array, topics: number): number {
  const { mostRounds, tolerance } = ldaDefaults;
  const cols = counts.cols;
  const topicPrior = 1 / topics;
  const shares = topicShares({ version: 1, topics, cols, components, topicPrior, mostRounds, tolerance }, counts);
  const sums = new Float64Array(topics);
  components.forEach((value, at) => {
    sums[at % topics] = (sums[at % topics] as number) + value;
  });
  let [total, words] = [0, 0];
  for (let row = 0; row < counts.rows; row += 1) {
    for (let at = counts.starts[row] as number; at < (counts.starts[row + 1] as number); at += 1) {
      let share = 0;
      for (let c = 0; c < topics; c += 1) {
        const ofTopic = (components[(counts.columns[at] as number) * topics + c] as number) / (sums[c] as number);
        share += (shares[row * topics + c] as number) * ofTopic;
      }
      total += (counts.values[at] as number) * Math.log(share);
      words += counts.values[at] as number;
    }
  }
  return total / words;
}

/** A fixed number of passes from the given start; the clock is the caller's. */
export async function runLdaBench(
  { counts, start }: ReturnType<typeof ldaBenchInput>,
  { topics, passes }: typeof ldaBenchCase,
  clock: () => number,
): Promise<{ seconds: number; explained: number }> {
  const params = { ...ldaDefaults, topics, passes };
  const began = clock();
  const components = await descendTopics(counts, start, { params, control: {} });
  const seconds = clock() - began;
  return { seconds, explained: explained(counts, components, topics) };
}

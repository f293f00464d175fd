import type { SparseMatrix } from '@kohort/ml-core';
import { digammaPower } from './digamma-power';

/** What is known of the topics while a text is read. */
export interface TopicTerms {
  readonly topics: number;
  /** terms × topics: the power of the expected logarithm of each term's share. */
  readonly powers: Float64Array;
}

/** When the rounds over one text end, and what each topic weighs in it before. */
export interface TextRounds {
  readonly prior: number;
  readonly mostRounds: number;
  readonly tolerance: number;
}

/** Added to every likelihood, as scikit-learn does, so that none is 0. */
const EPSILON = Number.EPSILON;

/** Expected powers of topic terms: column sums first, then e^(ψ(term) − ψ(sum)). */
export function topicPowers(components: Float64Array, topics: number): TopicTerms {
  const sums = new Float64Array(topics);
  for (let at = 0; at < components.length; at += topics) {
    for (let c = 0; c < topics; c += 1) sums[c] = (sums[c] as number) + (components[at + c] as number);
  }
  const norms = sums.map((sum) => 1 / digammaPower(sum));
  const powers = new Float64Array(components.length);
  for (let at = 0; at < components.length; at += topics) {
    for (let c = 0; c < topics; c += 1) {
      powers[at + c] = digammaPower(components[at + c] as number) * (norms[c] as number);
    }
  }
  return { topics, powers };
}

/** Works on one text after the other, with the memory of one. */
export class TextInference {
  /** Weight of each topic in the text: the prior and the terms that it took. */
  readonly gamma: Float64Array;
  private readonly shares: Float64Array;
  /** What the terms of the text say of each topic, by the shares of the last round. */
  private readonly sums: Float64Array;
  private ratios = new Float64Array(256);
  private local = new Float64Array(256);

  constructor(
    private readonly terms: TopicTerms,
    private readonly rounds: TextRounds,
  ) {
    this.gamma = new Float64Array(terms.topics);
    this.shares = new Float64Array(terms.topics);
    this.sums = new Float64Array(terms.topics);
  }

  /**
   * Finds the topics of one text, and adds what its terms say of the topics to `statistics` (terms × topics, to be
   * multiplied by the powers at the end).
   *
   * Source  Hoffman, Blei & Bach 2010, algorithm 1; each text begins from equal topics
   */
  read(x: SparseMatrix, row: number, statistics?: Float64Array): void {
    const { topics: k } = this.terms;
    const [from, end] = [x.starts[row] as number, x.starts[row + 1] as number];
    const size = end - from;
    this.gather(x, from, end);
    const { gamma, shares, sums, ratios } = this;
    const { prior, mostRounds, tolerance } = this.rounds;
    gamma.fill(1);
    this.refresh();
    for (let round = 0; round < mostRounds; round += 1) {
      this.explain(x, from, size);
      let moved = 0;
      for (let c = 0; c < k; c += 1) {
        const next = prior + (shares[c] as number) * (sums[c] as number);
        moved += Math.abs(next - (gamma[c] as number));
        gamma[c] = next;
      }
      this.refresh();
      if (moved < tolerance * k) break;
    }
    if (!statistics) return;
    this.explain(x, from, size);
    for (let t = 0; t < size; t += 1) {
      const to = (x.columns[from + t] as number) * k;
      const ratio = ratios[t] as number;
      for (let c = 0; c < k; c += 1) {
        statistics[to + c] = (statistics[to + c] as number) + ratio * (shares[c] as number);
      }
    }
  }

  /** Copies the powers of the text's terms next to each other: every round reads them all. */
  private gather(x: SparseMatrix, from: number, end: number): void {
    const { topics: k, powers } = this.terms;
    const size = end - from;
    if (this.ratios.length < size) this.ratios = new Float64Array(2 * size);
    if (this.local.length < size * k) this.local = new Float64Array(2 * size * k);
    for (let t = 0; t < size; t += 1) {
      const at = (x.columns[from + t] as number) * k;
      for (let c = 0; c < k; c += 1) this.local[t * k + c] = powers[at + c] as number;
    }
  }

  /**
   * Counts over what the topics make of each term, and their sums by topic, in one pass over the powers. Two terms at once,
   * each sum in its order: what belongs to a topic is then read half as often.
   */
  private explain(x: SparseMatrix, from: number, size: number): void {
    const { shares, sums, ratios, local } = this;
    const { values } = x;
    const k = shares.length;
    sums.fill(0);
    let t = 0;
    for (; t + 1 < size; t += 2) {
      const at = t * k;
      const beside = at + k;
      let likelihood = EPSILON;
      let other = EPSILON;
      for (let c = 0; c < k; c += 1) {
        const share = shares[c] as number;
        likelihood += share * (local[at + c] as number);
        other += share * (local[beside + c] as number);
      }
      const ratio = (values[from + t] as number) / likelihood;
      const second = (values[from + t + 1] as number) / other;
      ratios[t] = ratio;
      ratios[t + 1] = second;
      for (let c = 0; c < k; c += 1) {
        sums[c] = (sums[c] as number) + ratio * (local[at + c] as number) + second * (local[beside + c] as number);
      }
    }
    if (t === size) return;
    let likelihood = EPSILON;
    for (let c = 0; c < k; c += 1) likelihood += (shares[c] as number) * (local[t * k + c] as number);
    const ratio = (values[from + t] as number) / likelihood;
    ratios[t] = ratio;
    for (let c = 0; c < k; c += 1) sums[c] = (sums[c] as number) + ratio * (local[t * k + c] as number);
  }

  private refresh(): void {
    const { gamma, shares } = this;
    let sum = 0;
    for (const weight of gamma) sum += weight;
    const norm = 1 / digammaPower(sum);
    for (let c = 0; c < gamma.length; c += 1) shares[c] = digammaPower(gamma[c] as number) * norm;
  }
}
